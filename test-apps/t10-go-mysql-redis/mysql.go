package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"
)

func askMySQL(ctx context.Context) error {
	config := mysql.NewConfig()
	config.User = os.Getenv("MYSQL_USER")
	config.Passwd = os.Getenv("MYSQL_PWD")
	config.Net = "tcp"
	config.Addr = net.JoinHostPort(os.Getenv("MYSQL_HOST"), os.Getenv("MYSQL_TCP_PORT"))
	config.DBName = os.Getenv("MYSQL_DATABASE")
	config.ParseTime = true
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	db.SetMaxOpenConns(4)
	for _, part := range []func(context.Context, *sql.DB) error{
		tables, prepared, transactions, failures, large, together, givenUp,
	} {
		if err := part(ctx, db); err != nil {
			return err
		}
	}
	return nil
}

func tables(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, "DROP TABLE IF EXISTS users"); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, "CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, name varchar(100) NOT NULL UNIQUE, born datetime, picture longblob) CHARACTER SET utf8mb4")
	if err != nil {
		return err
	}
	born := time.Date(1906, 12, 9, 12, 30, 0, 0, time.UTC)
	result, err := db.ExecContext(ctx, "INSERT INTO users (name, born, picture) VALUES (?, ?, ?), (?, NULL, NULL)", "Grace", born, []byte{0, 255, 10}, "Jürgen 😀")
	if err != nil {
		return err
	}
	id, _ := result.LastInsertId()
	count, _ := result.RowsAffected()
	fmt.Println("inserted:", id, count)
	rows, err := db.QueryContext(ctx, "SELECT id, name, born, picture FROM users ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var born sql.NullTime
		var picture []byte
		if err := rows.Scan(&id, &name, &born, &picture); err != nil {
			return err
		}
		fmt.Println("row:", id, name, born, picture)
	}
	return rows.Err()
}

func prepared(ctx context.Context, db *sql.DB) error {
	statement, err := db.PrepareContext(ctx, "SELECT ? + ?, CONCAT(?, '!')")
	if err != nil {
		return err
	}
	defer statement.Close()
	for i := range 3 {
		var sum float64
		var text string
		if err := statement.QueryRowContext(ctx, i, 0.5, "a").Scan(&sum, &text); err != nil {
			return err
		}
		fmt.Println("prepared:", sum, text)
	}
	return nil
}

func transactions(ctx context.Context, db *sql.DB) error {
	for _, commit := range []bool{false, true} {
		tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO users (name) VALUES ('Linus')"); err != nil {
			return err
		}
		if commit {
			err = tx.Commit()
		} else {
			err = tx.Rollback()
		}
		if err != nil {
			return err
		}
		var count int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM users").Scan(&count); err != nil {
			return err
		}
		fmt.Println("users:", count, "after a commit:", commit)
	}
	return nil
}

func failures(ctx context.Context, db *sql.DB) error {
	var refusal *mysql.MySQLError
	_, err := db.ExecContext(ctx, "INSERT INTO users (name) VALUES ('Linus')")
	fmt.Println("twice:", errors.As(err, &refusal), err)
	_, err = db.ExecContext(ctx, "SELECT nothing FROM nowhere")
	fmt.Println("nowhere:", errors.As(err, &refusal), refusal.Number)
	err = db.QueryRowContext(ctx, "SELECT id FROM users WHERE id = 99").Scan(new(int))
	fmt.Println("no row:", errors.Is(err, sql.ErrNoRows))
	return db.PingContext(ctx)
}

func large(ctx context.Context, db *sql.DB) error {
	text := strings.Repeat("0123456789", 300_000)
	if _, err := db.ExecContext(ctx, "UPDATE users SET picture = ? WHERE id = 1", text); err != nil {
		return err
	}
	var back []byte
	if err := db.QueryRowContext(ctx, "SELECT picture FROM users WHERE id = 1").Scan(&back); err != nil {
		return err
	}
	fmt.Println("large:", len(back), string(back) == text)
	return nil
}

// together has four queries sleep at once.
func together(ctx context.Context, db *sql.DB) error {
	start := time.Now()
	errs := make([]error, 4)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			errs[i] = db.QueryRowContext(ctx, "SELECT sleep(0.5)").Scan(new(int))
		})
	}
	group.Wait()
	// One after the other they would take two seconds.
	fmt.Println("together:", errors.Join(errs...), time.Since(start) < 1900*time.Millisecond)
	return nil
}

// givenUp gives a query up; its connection is of no more use.
func givenUp(ctx context.Context, db *sql.DB) error {
	soon, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	err := db.QueryRowContext(soon, "SELECT sleep(20)").Scan(new(int))
	fmt.Println("given up:", errors.Is(err, context.DeadlineExceeded))
	var n int
	err = db.QueryRowContext(ctx, "SELECT 7").Scan(&n)
	fmt.Println("then:", n)
	return err
}
