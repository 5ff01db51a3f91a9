// A pool of connections by pgxpool: many goroutines, limits, transactions that
// wait for one another, and a query that is given up.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	connections = 4
	workers     = 16
)

func main() {
	ctx := context.Background()
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	config.MaxConns = connections
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SET application_name = 'pool'")
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close()
	for _, step := range []func(context.Context, *pgxpool.Pool) error{
		fill, together, counters, abandoned, full,
	} {
		if err := step(ctx, pool); err != nil {
			log.Fatal(err)
		}
	}
	stat := pool.Stat()
	fmt.Println("held:", stat.AcquiredConns(), "at most:", stat.MaxConns())
}

func fill(ctx context.Context, pool *pgxpool.Pool) error {
	var name string
	if err := pool.QueryRow(ctx, "SHOW application_name").Scan(&name); err != nil {
		return err
	}
	fmt.Println("name:", name)
	_, err := pool.Exec(ctx, "CREATE TABLE counters (name text PRIMARY KEY, value int NOT NULL)")
	if err != nil {
		return err
	}
	_, err = pool.Exec(ctx, "INSERT INTO counters VALUES ('hits', 0), ('misses', 0)")
	return err
}

// Queries on several connections run at the same time.
func together(ctx context.Context, pool *pgxpool.Pool) error {
	began := time.Now()
	var group sync.WaitGroup
	failures := make([]error, connections)
	for i := range connections {
		group.Go(func() {
			_, failures[i] = pool.Exec(ctx, "SELECT pg_sleep(1)")
		})
	}
	group.Wait()
	fmt.Println("together:", time.Since(began) < connections*time.Second)
	return errors.Join(failures...)
}

// Every worker adds to the same row, in a transaction that reads it first.
func counters(ctx context.Context, pool *pgxpool.Pool) error {
	var group sync.WaitGroup
	failures := make([]error, workers)
	for i := range workers {
		group.Go(func() {
			failures[i] = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
				var value int
				err := tx.QueryRow(ctx, "SELECT value FROM counters WHERE name = $1 FOR UPDATE", "hits").Scan(&value)
				if err != nil {
					return err
				}
				_, err = tx.Exec(ctx, "UPDATE counters SET value = $2 WHERE name = $1", "hits", value+i)
				return err
			})
		})
	}
	group.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	rows, err := pool.Query(ctx, "SELECT name, value FROM counters ORDER BY name")
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToMap)
	fmt.Println(found)
	return err
}

// A query that nobody waits for any more leaves the pool usable.
func abandoned(ctx context.Context, pool *pgxpool.Pool) error {
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_, err := pool.Exec(short, "SELECT pg_sleep(30)")
	fmt.Println("abandoned:", errors.Is(err, context.DeadlineExceeded))
	var sum int
	for n := range 3 * connections {
		var square int
		if err := pool.QueryRow(ctx, "SELECT $1::int * $1::int", n).Scan(&square); err != nil {
			return err
		}
		sum += square
	}
	fmt.Println("squares:", sum)
	return nil
}

// Who asks for one more than there are waits until the deadline.
func full(ctx context.Context, pool *pgxpool.Pool) error {
	var held []*pgxpool.Conn
	for range connections {
		conn, err := pool.Acquire(ctx)
		if err != nil {
			return err
		}
		held = append(held, conn)
	}
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	_, err := pool.Acquire(short)
	fmt.Println("full:", errors.Is(err, context.DeadlineExceeded))
	for _, conn := range held {
		conn.Release()
	}
	return pool.Ping(ctx)
}
