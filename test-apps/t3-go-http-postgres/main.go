// A service over Postgres: routes on http.ServeMux, queries by pgxpool.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
)

type service struct {
	pool *pgxpool.Pool
}

func main() {
	pool, err := pgxpool.New(context.Background(), os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close()
	address := cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:8080")
	log.Fatal(http.ListenAndServe(address, routes(service{pool})))
}

func routes(s service) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "users in Postgres, by net/http and pgx")
	})
	mux.HandleFunc("GET /health", s.health)
	mux.HandleFunc("GET /users", s.list)
	mux.HandleFunc("GET /users/{id}", s.show)
	mux.HandleFunc("POST /users", s.create)
	mux.HandleFunc("GET /big", s.big)
	mux.HandleFunc("GET /error", s.fail)
	mux.HandleFunc("GET /pair", s.pair)
	mux.HandleFunc("GET /together", s.together)
	mux.HandleFunc("GET /deadline", s.deadline)
	mux.HandleFunc("GET /download/{megabytes}", download)
	mux.HandleFunc("POST /upload", upload)
	mux.HandleFunc("GET /time/{seconds}", moment)
	return mux
}
