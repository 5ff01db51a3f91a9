// One connection by pgx: parameters, types, transactions, batches, COPY,
// notifications, errors and deadlines.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

type city struct {
	ID      int32
	Name    string
	People  int64
	Founded *time.Time
	Tags    []string
	Facts   map[string]any
}

func main() {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, step := range []func(context.Context, *pgx.Conn) error{
		fill, types, transactions, batch, notifications, failures, deadline,
	} {
		if err := step(ctx, conn); err != nil {
			log.Fatal(err)
		}
	}
}

func fill(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `CREATE TABLE cities (
		id serial PRIMARY KEY, name text UNIQUE NOT NULL, people bigint NOT NULL CHECK (people >= 0),
		founded timestamptz, tags text[], facts jsonb)`)
	if err != nil {
		return err
	}
	founded := time.Date(1237, 10, 28, 12, 0, 0, 0, time.UTC)
	tag, err := conn.Exec(ctx,
		"INSERT INTO cities (name, people, founded, tags, facts) VALUES ($1, $2, $3, $4, $5)",
		"Berlin", int64(3_700_000), founded, []string{"river", "capital"},
		map[string]any{"bears": 2, "walls": nil})
	if err != nil {
		return err
	}
	fmt.Println("inserted:", tag)
	rows := make([][]any, 500)
	for i := range rows {
		rows[i] = []any{fmt.Sprintf("town %03d", i), int64(i * i)}
	}
	copied, err := conn.CopyFrom(ctx, pgx.Identifier{"cities"}, []string{"name", "people"}, pgx.CopyFromRows(rows))
	fmt.Println("copied:", copied)
	return err
}

func types(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, "SELECT * FROM cities WHERE people > $1 OR name = ANY($2) ORDER BY id",
		248_000, []string{"town 007", "nowhere"})
	if err != nil {
		return err
	}
	cities, err := pgx.CollectRows(rows, pgx.RowToStructByPos[city])
	if err != nil {
		return err
	}
	for _, c := range cities {
		founded := "unknown"
		if c.Founded != nil {
			founded = c.Founded.UTC().Format(time.RFC3339)
		}
		fmt.Println(c.ID, c.Name, c.People, founded, c.Tags, c.Facts)
	}
	var sum int64
	var mean float64
	var raw []byte
	var day time.Time
	err = conn.QueryRow(ctx, "SELECT sum(people)::bigint, avg(people)::float8, $1::bytea, $2::date FROM cities",
		[]byte{0, 1, 255}, "2026-02-28").Scan(&sum, &mean, &raw, &day)
	fmt.Println(sum, mean, raw, day.Format(time.DateOnly))
	return err
}

func transactions(ctx context.Context, conn *pgx.Conn) error {
	undone := errors.New("undone")
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM cities WHERE people < $1", 100); err != nil {
			return err
		}
		inner := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO cities (name, people) VALUES ('Berlin', 1)")
			return err
		})
		fmt.Println("savepoint:", inner)
		var count int
		err := tx.QueryRow(ctx, "SELECT count(*) FROM cities").Scan(&count)
		fmt.Println("inside:", count)
		return errors.Join(err, undone)
	})
	if !errors.Is(err, undone) {
		return err
	}
	var count int
	err = conn.QueryRow(ctx, "SELECT count(*) FROM cities").Scan(&count)
	fmt.Println("after:", count)
	return err
}

func batch(ctx context.Context, conn *pgx.Conn) error {
	batch := &pgx.Batch{}
	for n := 1; n <= 3; n++ {
		batch.Queue("SELECT name FROM cities WHERE id = $1", n).QueryRow(func(row pgx.Row) error {
			var name string
			err := row.Scan(&name)
			fmt.Println("batch:", name)
			return err
		})
	}
	return conn.SendBatch(ctx, batch).Close()
}

func notifications(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, "LISTEN news; SELECT pg_notify('news', 'first'); SELECT pg_notify('news', 'second')"); err != nil {
		return err
	}
	for range 2 {
		note, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		fmt.Println("heard:", note.Channel, note.Payload)
	}
	_, err := conn.Exec(ctx, "UNLISTEN news")
	return err
}

func failures(ctx context.Context, conn *pgx.Conn) error {
	for _, statement := range []string{
		"INSERT INTO cities (name, people) VALUES ('Berlin', 1)",
		"INSERT INTO cities (name, people) VALUES ('Atlantis', -1)",
		"SELECT * FROM nowhere",
		"SELECT 1 / 0",
	} {
		_, err := conn.Exec(ctx, statement)
		var failure *pgconn.PgError
		if !errors.As(err, &failure) {
			return fmt.Errorf("%s: %w", statement, err)
		}
		fmt.Println(failure.Code, failure.Severity, failure.Message, failure.ConstraintName)
	}
	var name string
	err := conn.QueryRow(ctx, "SELECT name FROM cities WHERE id = -1").Scan(&name)
	fmt.Println("no row:", errors.Is(err, pgx.ErrNoRows))
	return nil
}

// A deadline ends a query that takes longer, and the connection with it.
func deadline(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := conn.Exec(ctx, "SELECT pg_sleep(30)")
	fmt.Println("late:", errors.Is(err, context.DeadlineExceeded), time.Since(began) < 10*time.Second, conn.IsClosed())
	return nil
}
