// A server that does with requests and responses what servers do.
package main

import (
	"cmp"
	"log"
	"net"
	"net/http"
	"os"
)

func main() {
	mux := http.NewServeMux()
	requests(mux)
	responses(mux)
	waiting(mux)
	listener, err := net.Listen("tcp", cmp.Or(os.Getenv("LISTEN"), ":8080"))
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: mux, ErrorLog: log.New(os.Stdout, "", 0)}
	log.Fatal(server.Serve(listener))
}
