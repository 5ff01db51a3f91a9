package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// responses answers in each way that the server treats as its own.
func responses(mux *http.ServeMux) {
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "<!doctype html><p>a page")
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "300000")
		io.Copy(w, strings.NewReader(strings.Repeat("large ", 50_000)))
	})
	mux.HandleFunc("/parts", func(w http.ResponseWriter, _ *http.Request) {
		for range 1000 {
			io.WriteString(w, "a part, and then another\n")
		}
	})
	mux.HandleFunc("/nothing", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/silent", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/unchanged", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Etag", `"one"`)
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusNotModified)
	})
	mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/page?from=elsewhere", http.StatusFound)
	})
	mux.HandleFunc("/cookies", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK)
	})
	mux.HandleFunc("/sums", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		io.WriteString(w, "announced")
		w.Header().Set("X-Sum", "9")
	})
	mux.Handle("/late", http.TimeoutHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	}), 50*time.Millisecond, "too late"))
	mux.HandleFunc("/controls", func(w http.ResponseWriter, _ *http.Request) {
		c := http.NewResponseController(w)
		soon := time.Now().Add(time.Minute)
		fmt.Fprintln(w, errors.Join(c.SetReadDeadline(soon), c.SetWriteDeadline(soon), c.EnableFullDuplex(), c.Flush()))
	})
	mux.HandleFunc("/hijack", func(w http.ResponseWriter, _ *http.Request) {
		_, _, err := http.NewResponseController(w).Hijack()
		fmt.Fprintln(w, errors.Is(err, http.ErrNotSupported), err)
	})
	mux.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) { panic("by intent") })
	mux.HandleFunc("/break", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "half of")
		w.(http.Flusher).Flush()
		time.Sleep(100 * time.Millisecond)
		panic(http.ErrAbortHandler)
	})
}
