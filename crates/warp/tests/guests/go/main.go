// A program that looks at the system it runs on, and says what it found.
package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	for _, part := range []struct {
		name string
		look func()
	}{
		{"start", start},
		{"files", files},
		{"zones", zones},
		{"names", names},
		{"connections", connections},
		{"datagrams", datagrams},
		{"deadlines", deadlines},
		{"together", together},
		{"encrypted", encrypted},
		{"signals", signals},
	} {
		if only := os.Getenv("ONLY"); only == "" || only == part.name {
			part.look()
		}
	}
}

func start() {
	fmt.Println("arguments:", os.Args[1:], os.Getenv("GREETING"))
	a, b := rand.Text(), rand.Text()
	fmt.Println("random:", a != b)
}

// check ends the program over an error that is none of what it looks for.
func check(err error) {
	if err != nil {
		fmt.Println("unexpected:", err)
		os.Exit(1)
	}
}

// signals waits until the host is told to read its configuration again, and
// then to end. The listener says that the program is ready.
func signals() {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGHUP, syscall.SIGTERM)
	check(listen(os.Getenv("LISTEN")))
	fmt.Println("waiting for a signal")
	fmt.Println(<-told)
	signal.Stop(told)
	signal.Notify(told, syscall.SIGTERM)
	fmt.Println(<-told)
}
