package main

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// waiting has handlers that take their time.
func waiting(mux *http.ServeMux) {
	var gone atomic.Int32
	mux.HandleFunc("/slowly", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		time.Sleep(time.Second)
		io.WriteString(w, "last")
	})
	mux.HandleFunc("/forever", func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		gone.Add(1)
	})
	mux.HandleFunc("/gone", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, gone.Load())
	})
	// What the program sends to its own listener stays within it.
	mux.HandleFunc("/itself", func(w http.ResponseWriter, r *http.Request) {
		local := r.Context().Value(http.LocalAddrContextKey).(fmt.Stringer)
		response, err := http.Get("http://" + local.String() + "/page")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		w.WriteHeader(response.StatusCode)
		io.Copy(w, response.Body)
	})
}
