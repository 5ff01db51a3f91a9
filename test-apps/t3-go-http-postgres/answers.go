package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/http"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		log.Print(err)
	}
}

// The SQLSTATE of a name that is taken.
const uniqueViolation = "23505"

type failure struct {
	Error string `json:"error"`
	Code  string `json:"code,omitempty"`
}

// refuse answers what an error stands for.
func refuse(w http.ResponseWriter, err error) {
	var refusal *pgconn.PgError
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		answer(w, http.StatusNotFound, failure{Error: "there is no such user"})
	case errors.As(err, &refusal) && refusal.Code == uniqueViolation:
		answer(w, http.StatusConflict, failure{refusal.Message, refusal.Code})
	case errors.As(err, &refusal):
		answer(w, http.StatusInternalServerError, failure{refusal.Message, refusal.Code})
	case errors.Is(err, context.DeadlineExceeded):
		answer(w, http.StatusGatewayTimeout, failure{Error: "the query took too long"})
	default:
		log.Print(err)
		answer(w, http.StatusInternalServerError, failure{Error: "the database cannot be asked"})
	}
}
