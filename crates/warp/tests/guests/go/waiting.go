package main

import (
	"fmt"
	"net"
	"sync"
	"time"
)

// together has many goroutines wait at once, each in its own way, while one
// computes in turns.
func together() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go echo(listener)
	var group sync.WaitGroup
	start := time.Now()
	for range 20 {
		group.Go(func() { time.Sleep(200 * time.Millisecond) })
		group.Go(func() {
			connection, err := net.Dial("tcp", listener.Addr().String())
			check(err)
			defer connection.Close()
			time.AfterFunc(200*time.Millisecond, func() { connection.Write([]byte("x")) })
			_, err = connection.Read(make([]byte, 1))
			check(err)
		})
	}
	group.Wait()
	// One after the other they would take eight seconds.
	fmt.Println("together:", time.Since(start) < 4*time.Second)
}
