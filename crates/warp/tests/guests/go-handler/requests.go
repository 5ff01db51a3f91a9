package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// requests shows what a handler sees of a request.
func requests(mux *http.ServeMux) {
	mux.HandleFunc("/see/{rest...}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintln(w, r.Method, r.URL, r.Proto, r.PathValue("rest"), r.URL.Query())
		fmt.Fprintln(w, r.Header["X-Twice"], r.Header.Get("Content-Type"), len(r.Header["Host"]))
		fmt.Fprintf(w, "%d %q %v\n", len(body), body[:min(len(body), 20)], err)
		_, local := r.Context().Value(http.LocalAddrContextKey).(interface{ Network() string })
		_, server := r.Context().Value(http.ServerContextKey).(*http.Server)
		fmt.Fprintln(w, local, server)
	})
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, r.ParseForm(), r.Form)
	})
	mux.HandleFunc("POST /limited", func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 10))
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		fmt.Fprintln(w, err)
	})
	mux.HandleFunc("POST /unread", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "nobody has read it")
	})
	mux.HandleFunc("POST /trailers", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintln(w, string(body), err, r.Trailer)
	})
}
