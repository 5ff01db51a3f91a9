// The least service that both compilers of Go build: a route, and JSON.
package main

import (
	"cmp"
	"encoding/json"
	"log"
	"net/http"
	"os"
)

type greeting struct {
	Hello string `json:"hello"`
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(greeting{Hello: r.PathValue("name")})
	})
	log.Fatal(http.ListenAndServe(cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:8080"), mux))
}
