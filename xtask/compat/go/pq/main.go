// database/sql over lib/pq: arrays, COPY, error codes, transactions, and a
// listener that hears what another connection says.
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/lib/pq"
)

func main() {
	url := os.Getenv("DATABASE_URL") + "?sslmode=disable"
	db, err := sql.Open("postgres", url)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	for _, step := range []func(*sql.DB) error{fill, arrays, failures, transaction} {
		if err := step(db); err != nil {
			log.Fatal(err)
		}
	}
	if err := listen(url, db); err != nil {
		log.Fatal(err)
	}
}

func fill(db *sql.DB) error {
	if _, err := db.Exec("CREATE TABLE words (id serial PRIMARY KEY, word text UNIQUE, letters int, seen timestamp)"); err != nil {
		return err
	}
	var id int
	err := db.QueryRow("INSERT INTO words (word, letters, seen) VALUES ($1, $2, $3) RETURNING id",
		"pool", 4, time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC)).Scan(&id)
	if err != nil {
		return err
	}
	fmt.Println("id:", id)
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	copying, err := tx.Prepare(pq.CopyIn("words", "word", "letters"))
	if err != nil {
		return err
	}
	for i := range 200 {
		word := fmt.Sprintf("word-%d", i)
		if _, err := copying.Exec(word, len(word)); err != nil {
			return err
		}
	}
	if _, err := copying.Exec(); err != nil {
		return err
	}
	if err := copying.Close(); err != nil {
		return err
	}
	return tx.Commit()
}

func arrays(db *sql.DB) error {
	rows, err := db.Query("SELECT letters, count(*), array_agg(word ORDER BY id) FILTER (WHERE id < 14) FROM words WHERE letters = ANY($1) GROUP BY letters ORDER BY letters",
		pq.Array([]int64{4, 6, 7}))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var letters, count int
		var words pq.StringArray
		if err := rows.Scan(&letters, &count, &words); err != nil {
			return err
		}
		fmt.Println(letters, count, words)
	}
	var seen pq.NullTime
	if err := db.QueryRow("SELECT seen FROM words WHERE word = 'pool'").Scan(&seen); err != nil {
		return err
	}
	fmt.Println(seen.Valid, seen.Time.Format(time.RFC3339))
	return rows.Err()
}

func failures(db *sql.DB) error {
	for _, statement := range []string{
		"INSERT INTO words (word) VALUES ('pool')",
		"SELEC 1",
		"SELECT nothing FROM words",
	} {
		_, err := db.Exec(statement)
		var failure *pq.Error
		if !errors.As(err, &failure) {
			return fmt.Errorf("%s: %w", statement, err)
		}
		fmt.Println(failure.Code, failure.Code.Name(), failure.Constraint, failure.Position)
	}
	return nil
}

func transaction(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	result, err := tx.Exec("DELETE FROM words WHERE letters > $1", 6)
	if err != nil {
		return err
	}
	deleted, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if err := tx.Rollback(); err != nil {
		return err
	}
	var count int
	err = db.QueryRow("SELECT count(*) FROM words").Scan(&count)
	fmt.Println("deleted:", deleted, "left:", count)
	return err
}

func listen(url string, db *sql.DB) error {
	listener := pq.NewListener(url, time.Second, time.Minute, func(event pq.ListenerEventType, err error) {
		if err != nil {
			log.Print(event, err)
		}
	})
	defer listener.Close()
	if err := listener.Listen("news"); err != nil {
		return err
	}
	for _, payload := range []string{"first", "second"} {
		if _, err := db.Exec("SELECT pg_notify('news', $1)", payload); err != nil {
			return err
		}
		select {
		case note := <-listener.Notify:
			fmt.Println("heard:", note.Channel, note.Extra)
		case <-time.After(20 * time.Second):
			return errors.New("nothing was heard")
		}
	}
	return listener.Ping()
}
