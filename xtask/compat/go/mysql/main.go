// database/sql over go-sql-driver/mysql: prepared statements, times, large
// values, transactions, several results, error numbers and contexts.
package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

func main() {
	config := mysql.NewConfig()
	config.Net = "tcp"
	config.Addr = net.JoinHostPort(os.Getenv("MYSQL_HOST"), os.Getenv("MYSQL_TCP_PORT"))
	config.User = os.Getenv("MYSQL_USER")
	config.Passwd = os.Getenv("MYSQL_PWD")
	config.DBName = os.Getenv("MYSQL_DATABASE")
	config.ParseTime = true
	config.MultiStatements = true
	connector, err := mysql.NewConnector(config)
	if err != nil {
		log.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	db.SetMaxOpenConns(4)
	for _, step := range []func(context.Context, *sql.DB) error{
		fill, list, large, transaction, failures, several, cancelled,
	} {
		if err := step(context.Background(), db); err != nil {
			log.Fatal(err)
		}
	}
}

func fill(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `CREATE TABLE books (
		id int AUTO_INCREMENT PRIMARY KEY, title varchar(100) NOT NULL UNIQUE, pages int unsigned,
		price decimal(8,2), printed datetime(6), cover longblob) CHARACTER SET utf8mb4`)
	if err != nil {
		return err
	}
	insert, err := db.PrepareContext(ctx, "INSERT INTO books (title, pages, price, printed) VALUES (?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	printed := time.Date(1999, 12, 31, 23, 59, 59, 123456000, time.UTC)
	for i, title := range []string{"Notes", "Straße – größer", "漢字 🙂"} {
		result, err := insert.ExecContext(ctx, title, 100*(i+1), "19.90", printed.AddDate(i, 0, 0))
		if err != nil {
			return err
		}
		id, err := result.LastInsertId()
		if err != nil {
			return err
		}
		fmt.Println("inserted:", id)
	}
	_, err = db.ExecContext(ctx, "INSERT INTO books (title) VALUES (?)", "empty")
	return err
}

func list(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT id, title, pages, price, printed FROM books WHERE id < ? ORDER BY id", 10)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int
		var title string
		var pages sql.NullInt64
		var price sql.NullString
		var printed sql.NullTime
		if err := rows.Scan(&id, &title, &pages, &price, &printed); err != nil {
			return err
		}
		fmt.Println(id, title, pages, price, printed.Time.Format(time.RFC3339Nano), printed.Valid)
	}
	return rows.Err()
}

// A value that takes many packets, there and back.
func large(ctx context.Context, db *sql.DB) error {
	cover := []byte(strings.Repeat("0123456789abcdef", 1<<16))
	if _, err := db.ExecContext(ctx, "UPDATE books SET cover = ? WHERE id = ?", cover, 1); err != nil {
		return err
	}
	var found []byte
	if err := db.QueryRowContext(ctx, "SELECT cover FROM books WHERE id = ?", 1).Scan(&found); err != nil {
		return err
	}
	fmt.Printf("%d %x %t\n", len(found), sha256.Sum256(found), sha256.Sum256(found) == sha256.Sum256(cover))
	return nil
}

func transaction(ctx context.Context, db *sql.DB) error {
	for _, commit := range []bool{false, true} {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, "UPDATE books SET pages = pages + 1 WHERE pages IS NOT NULL")
		if err != nil {
			return err
		}
		changed, err := result.RowsAffected()
		if err != nil {
			return err
		}
		end := tx.Rollback
		if commit {
			end = tx.Commit
		}
		if err := end(); err != nil {
			return err
		}
		var sum int
		if err := db.QueryRowContext(ctx, "SELECT sum(pages) FROM books").Scan(&sum); err != nil {
			return err
		}
		fmt.Println("changed:", changed, "committed:", commit, "sum:", sum)
	}
	return nil
}

func failures(ctx context.Context, db *sql.DB) error {
	for _, statement := range []string{
		"INSERT INTO books (title) VALUES ('Notes')",
		"SELECT * FROM nowhere",
		"SELEC 1",
	} {
		_, err := db.ExecContext(ctx, statement)
		var failure *mysql.MySQLError
		if !errors.As(err, &failure) {
			return fmt.Errorf("%s: %w", statement, err)
		}
		fmt.Println(failure.Number, string(failure.SQLState[:]))
	}
	return nil
}

func several(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT 1; SELECT 2 UNION SELECT 3")
	if err != nil {
		return err
	}
	defer rows.Close()
	for result := 1; ; result++ {
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				return err
			}
			fmt.Println("result", result, "has", n)
		}
		if !rows.NextResultSet() {
			return rows.Err()
		}
	}
}

func cancelled(ctx context.Context, db *sql.DB) error {
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	var slept int
	err := db.QueryRowContext(short, "SELECT SLEEP(30)").Scan(&slept)
	fmt.Println("cancelled:", errors.Is(err, context.DeadlineExceeded))
	var count int
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM books").Scan(&count)
	fmt.Println("books:", count)
	return err
}
