package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
)

func main() {
	address := flag.String("address", ":8080", "where to listen")
	flag.Parse()
	fmt.Println(os.Args[0])
	http.ListenAndServe(*address, http.NotFoundHandler())
}
