// A service by gorilla/mux: patterns, conditions on methods, queries and
// headers, subrouters, middleware and addresses made from routes.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"sort"
	"strings"

	"github.com/gorilla/mux"
)

func main() {
	router := mux.NewRouter()
	router.Use(counted)
	router.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "mux") })
	router.HandleFunc("/books/{title}/{page:[0-9]+}", book).Methods(http.MethodGet).Name("book")
	router.HandleFunc("/books/{title}/{page:[0-9]+}", replaced).Methods(http.MethodPut, http.MethodPost).
		Headers("Content-Type", "application/json")
	router.HandleFunc("/search", search).Queries("q", "{q}", "limit", "{limit:[0-9]+}")
	router.HandleFunc("/search", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "say q and limit", http.StatusBadRequest)
	})
	router.HandleFunc("/link/{title}/{page}", func(w http.ResponseWriter, r *http.Request) {
		values := mux.Vars(r)
		url, err := router.Get("book").URL("title", values["title"], "page", values["page"])
		fmt.Fprintln(w, url, err)
	})
	router.HandleFunc("/routes", func(w http.ResponseWriter, _ *http.Request) { routes(w, router) })
	admin := router.PathPrefix("/admin").Subrouter().StrictSlash(true)
	admin.Use(locked)
	admin.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "inside") })
	router.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no "+r.URL.Path, http.StatusNotFound)
	})
	log.Fatal(http.ListenAndServe(os.Getenv("LISTEN"), router))
}

func counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		template, err := mux.CurrentRoute(r).GetPathTemplate()
		if err == nil {
			w.Header().Set("Content-Type", "text/plain; route="+strings.Trim(template, "/{}"))
		}
		next.ServeHTTP(w, r)
	})
}

func locked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("key") != "secret" {
			http.Error(w, "locked", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func book(w http.ResponseWriter, r *http.Request) {
	values := mux.Vars(r)
	fmt.Fprintf(w, "page %s of %q\n", values["page"], values["title"])
}

func replaced(w http.ResponseWriter, r *http.Request) {
	var text map[string]any
	if err := json.NewDecoder(r.Body).Decode(&text); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintln(w, mux.Vars(r), text)
}

func search(w http.ResponseWriter, r *http.Request) {
	values := mux.Vars(r)
	fmt.Fprintf(w, "at most %s of %q\n", values["limit"], values["q"])
}

func routes(w http.ResponseWriter, router *mux.Router) {
	var lines []string
	err := router.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		template, err := route.GetPathTemplate()
		if err != nil {
			return err
		}
		methods, _ := route.GetMethods()
		lines = append(lines, fmt.Sprint(template, " ", methods))
		return nil
	})
	sort.Strings(lines)
	fmt.Fprintln(w, strings.Join(lines, "\n"), err)
}
