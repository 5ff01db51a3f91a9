// database/sql over pgx: prepared statements, nullable columns, transactions
// with an isolation level, several results, and contexts.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib"
)

func main() {
	db, err := sql.Open("pgx", os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(3)
	db.SetConnMaxIdleTime(time.Minute)
	for _, step := range []func(context.Context, *sql.DB) error{fill, list, transfer, serial, cancelled} {
		if err := step(context.Background(), db); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("in use:", db.Stats().InUse)
}

func fill(ctx context.Context, db *sql.DB) error {
	if err := db.PingContext(ctx); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, `CREATE TABLE accounts (
		owner text PRIMARY KEY, cents bigint NOT NULL CHECK (cents >= 0), note text, since date)`)
	if err != nil {
		return err
	}
	insert, err := db.PrepareContext(ctx, "INSERT INTO accounts VALUES ($1, $2, $3, $4)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for i, owner := range []string{"Ada", "Grace", "Edsger"} {
		note := sql.NullString{String: "since the beginning", Valid: i == 0}
		since := sql.Null[time.Time]{V: time.Date(2020+i, 1, 2, 0, 0, 0, 0, time.UTC), Valid: i < 2}
		result, err := insert.ExecContext(ctx, owner, 1000*(i+1), note, since)
		if err != nil {
			return err
		}
		count, err := result.RowsAffected()
		fmt.Println("inserted:", owner, count, err)
	}
	return nil
}

func list(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT owner, cents, note, since FROM accounts WHERE cents > $1 ORDER BY owner", 500)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	for _, column := range columns {
		fmt.Print(column.Name(), " ", column.DatabaseTypeName(), "; ")
	}
	fmt.Println()
	for rows.Next() {
		var owner string
		var cents int64
		var note sql.NullString
		var since sql.Null[time.Time]
		if err := rows.Scan(&owner, &cents, &note, &since); err != nil {
			return err
		}
		fmt.Println(owner, cents, note, since.V.Format(time.DateOnly), since.Valid)
	}
	return rows.Err()
}

// The second transfer breaks a rule, and all of it is undone.
func transfer(ctx context.Context, db *sql.DB) error {
	for _, cents := range []int{700, 7000} {
		err := move(ctx, db, "Grace", "Ada", cents)
		var failure *pgconn.PgError
		if errors.As(err, &failure) {
			fmt.Println("refused:", failure.Code, failure.ConstraintName)
		} else if err != nil {
			return err
		}
		var ada, grace int
		err = db.QueryRowContext(ctx, `SELECT
			(SELECT cents FROM accounts WHERE owner = 'Ada'),
			(SELECT cents FROM accounts WHERE owner = 'Grace')`).Scan(&ada, &grace)
		if err != nil {
			return err
		}
		fmt.Println("balances:", ada, grace)
	}
	return nil
}

func move(ctx context.Context, db *sql.DB, from, to string, cents int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "UPDATE accounts SET cents = cents + $2 WHERE owner = $1", to, cents); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE accounts SET cents = cents - $2 WHERE owner = $1", from, cents); err != nil {
		return err
	}
	return tx.Commit()
}

// What a transaction is begun with holds in it, and not after it.
func serial(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable, ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var level, readOnly string
	if err := tx.QueryRowContext(ctx, "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')").Scan(&level, &readOnly); err != nil {
		return err
	}
	_, refused := tx.ExecContext(ctx, "DELETE FROM accounts")
	fmt.Println(level, readOnly, refused)
	if err := tx.Rollback(); err != nil {
		return err
	}
	err = db.QueryRowContext(ctx, "SHOW transaction_isolation").Scan(&level)
	fmt.Println(level)
	return err
}

func cancelled(ctx context.Context, db *sql.DB) error {
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_, err := db.ExecContext(short, "SELECT pg_sleep(30)")
	fmt.Println("cancelled:", err != nil, short.Err())
	var owner string
	err = db.QueryRowContext(ctx, "SELECT owner FROM accounts WHERE owner = 'nobody'").Scan(&owner)
	fmt.Println("no row:", errors.Is(err, sql.ErrNoRows))
	return nil
}
