package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// pair asks two things at once, each on a connection of its own.
func (s service) pair(w http.ResponseWriter, r *http.Request) {
	s.ask(w, r, "SELECT 1::bigint", "SELECT count(*) FROM users")
}

// together lets four queries sleep at once.
func (s service) together(w http.ResponseWriter, r *http.Request) {
	const sleeps = "SELECT 1::bigint FROM pg_sleep(0.5)"
	s.ask(w, r, sleeps, sleeps, sleeps, sleeps)
}

func (s service) ask(w http.ResponseWriter, r *http.Request, queries ...string) {
	numbers := make([]int64, len(queries))
	group, ctx := errgroup.WithContext(r.Context())
	for i, query := range queries {
		group.Go(func() (err error) {
			numbers[i], err = s.number(ctx, query)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		refuse(w, err)
		return
	}
	answer(w, http.StatusOK, numbers)
}

// deadline gives a long query up. Its connection is of no more use, and the
// next query gets another.
func (s service) deadline(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := s.number(ctx, "SELECT 1::bigint FROM pg_sleep(5)")
	if !errors.Is(err, context.DeadlineExceeded) {
		refuse(w, errors.Join(err, errors.New("no deadline")))
		return
	}
	n, err := s.number(r.Context(), "SELECT 7::bigint")
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, http.StatusOK, map[string]any{"given up": true, "then": n})
}
