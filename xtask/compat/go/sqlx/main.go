// sqlx over database/sql: structs by tags, named parameters, lists in
// parameters, embedded structs and transactions.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
)

type place struct {
	Country string         `db:"country"`
	City    sql.NullString `db:"city"`
}

type person struct {
	ID      int    `db:"id"`
	Name    string `db:"name"`
	Letters int    `db:"letters"`
	place
}

func main() {
	db, err := sqlx.Connect("pgx", os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	for _, step := range []func(*sqlx.DB) error{fill, read, lists, transaction} {
		if err := step(db); err != nil {
			log.Fatal(err)
		}
	}
}

func fill(db *sqlx.DB) error {
	db.MustExec("CREATE TABLE people (id serial PRIMARY KEY, name text UNIQUE, letters int, country text, city text)")
	people := []person{
		{Name: "Ada", Letters: 3, place: place{Country: "England", City: sql.NullString{String: "London", Valid: true}}},
		{Name: "Grace", Letters: 5, place: place{Country: "America"}},
		{Name: "Edsger", Letters: 6, place: place{Country: "Holland"}},
	}
	result, err := db.NamedExec("INSERT INTO people (name, letters, country, city) VALUES (:name, :letters, :country, :city)", people)
	if err != nil {
		return err
	}
	inserted, err := result.RowsAffected()
	fmt.Println("inserted:", inserted)
	return err
}

func read(db *sqlx.DB) error {
	var first person
	if err := db.Get(&first, "SELECT * FROM people WHERE name = $1", "Ada"); err != nil {
		return err
	}
	fmt.Printf("%+v\n", first)
	var all []person
	if err := db.Select(&all, "SELECT * FROM people ORDER BY letters DESC"); err != nil {
		return err
	}
	fmt.Printf("%+v\n", all)
	err := db.Get(&first, "SELECT * FROM people WHERE id = -1")
	fmt.Println("no row:", errors.Is(err, sql.ErrNoRows))
	rows, err := db.NamedQuery("SELECT * FROM people WHERE country = :country OR letters > :letters ORDER BY id",
		map[string]any{"country": "England", "letters": 5})
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		row := map[string]any{}
		if err := rows.MapScan(row); err != nil {
			return err
		}
		fmt.Println(row)
	}
	return rows.Err()
}

func lists(db *sqlx.DB) error {
	query, arguments, err := sqlx.In("SELECT name FROM people WHERE letters IN (?) AND country <> ? ORDER BY name", []int{3, 5, 7}, "Holland")
	if err != nil {
		return err
	}
	query = db.Rebind(query)
	fmt.Println(query)
	var names []string
	err = db.Select(&names, query, arguments...)
	fmt.Println(names)
	return err
}

func transaction(db *sqlx.DB) error {
	tx, err := db.BeginTxx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	statement, err := tx.PrepareNamed("UPDATE people SET letters = letters + :by RETURNING letters")
	if err != nil {
		return err
	}
	var letters []int
	if err := statement.Select(&letters, map[string]any{"by": 10}); err != nil {
		return err
	}
	if err := tx.Rollback(); err != nil {
		return err
	}
	var sum int
	err = db.Get(&sum, "SELECT sum(letters) FROM people")
	fmt.Println(letters, sum)
	return err
}
