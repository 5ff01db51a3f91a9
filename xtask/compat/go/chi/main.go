// A service by chi: path values, subrouters, middleware, timeouts, recovered
// panics, streamed bodies and compressed answers.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

type key struct{}

func main() {
	router := chi.NewRouter()
	router.Use(middleware.StripSlashes, middleware.CleanPath, quietly, middleware.Compress(5, "text/plain"))
	router.Use(middleware.SetHeader("X-Served-By", "chi"))
	router.NotFound(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "nothing at "+r.URL.Path, http.StatusNotFound)
	})
	router.Get("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "chi") })
	router.Get("/greet/{name:[a-z]+}", greet)
	router.Get("/files/*", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "file:", chi.URLParam(r, "*"))
	})
	router.Route("/articles/{id}", func(router chi.Router) {
		router.Use(article)
		router.Get("/", func(w http.ResponseWriter, r *http.Request) {
			answer(w, map[string]any{"id": r.Context().Value(key{}), "pattern": chi.RouteContext(r.Context()).RoutePattern()})
		})
		router.Put("/", replace)
	})
	router.With(middleware.Timeout(50*time.Millisecond)).Get("/slow", slow)
	router.With(middleware.BasicAuth("admin", map[string]string{"ada": "secret"})).Get("/admin", greet)
	router.Get("/panic", func(http.ResponseWriter, *http.Request) { panic("on purpose") })
	router.Post("/echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
		if _, err := io.Copy(w, http.MaxBytesReader(w, r.Body, 64)); err != nil {
			log.Print(err)
		}
	})
	router.Get("/long", func(w http.ResponseWriter, r *http.Request) {
		for n := range 20000 {
			fmt.Fprintln(w, "line", n)
		}
	})
	log.Fatal(http.ListenAndServe(os.Getenv("LISTEN"), router))
}

// quietly answers 500 to a panic, as middleware.Recoverer does, and prints no
// stack.
func quietly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				http.Error(w, fmt.Sprint("recovered: ", cause), http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func greet(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "hello, %s; lang %q\n", chi.URLParam(r, "name"), r.URL.Query()["lang"])
}

func article(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var id int
		if _, err := fmt.Sscan(chi.URLParam(r, "id"), &id); err != nil {
			http.Error(w, "no number", http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, id)))
	})
}

func replace(w http.ResponseWriter, r *http.Request) {
	var body struct{ Title string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Location", r.URL.Path)
	w.WriteHeader(http.StatusCreated)
	answer(w, map[string]any{"id": r.Context().Value(key{}), "title": body.Title})
}

func slow(w http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(20 * time.Second):
		fmt.Fprintln(w, "never")
	}
}

func answer(w http.ResponseWriter, value any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	if err := json.NewEncoder(w).Encode(value); err != nil {
		log.Print(err)
	}
}
