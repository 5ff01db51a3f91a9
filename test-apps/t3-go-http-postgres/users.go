package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5"
)

type user struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Letters int64  `json:"letters"`
}

func (s service) health(w http.ResponseWriter, r *http.Request) {
	if err := s.pool.Ping(r.Context()); err != nil {
		refuse(w, err)
		return
	}
	answer(w, http.StatusOK, map[string]string{"database": "up"})
}

func (s service) list(w http.ResponseWriter, r *http.Request) {
	rows, err := s.pool.Query(r.Context(), "SELECT id, name, letters FROM users ORDER BY id")
	if err != nil {
		refuse(w, err)
		return
	}
	users, err := pgx.CollectRows(rows, pgx.RowToStructByPos[user])
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, http.StatusOK, users)
}

func (s service) show(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		answer(w, http.StatusBadRequest, failure{Error: err.Error()})
		return
	}
	var u user
	err = s.pool.QueryRow(r.Context(), "SELECT id, name, letters FROM users WHERE id = $1", id).
		Scan(&u.ID, &u.Name, &u.Letters)
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, http.StatusOK, u)
}

// create adds a user in a transaction, whose second statement checks the first.
func (s service) create(w http.ResponseWriter, r *http.Request) {
	var u user
	if err := json.NewDecoder(r.Body).Decode(&u); err != nil {
		answer(w, http.StatusBadRequest, failure{Error: err.Error()})
		return
	}
	ctx := r.Context()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		insert := "INSERT INTO users (name, letters) VALUES ($1, 0) RETURNING id"
		if err := tx.QueryRow(ctx, insert, u.Name).Scan(&u.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE users SET letters = $2 WHERE id = $1", u.ID, u.Letters)
		return err
	})
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Location", "/users/"+strconv.FormatInt(u.ID, 10))
	answer(w, http.StatusCreated, u)
}

func (s service) fail(w http.ResponseWriter, r *http.Request) {
	_, err := s.pool.Exec(r.Context(), "SELECT 1 / 0")
	refuse(w, err)
}

// number asks for a number.
func (s service) number(ctx context.Context, sql string, arguments ...any) (n int64, err error) {
	err = s.pool.QueryRow(ctx, sql, arguments...).Scan(&n)
	return n, err
}
