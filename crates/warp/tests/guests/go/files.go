package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

func files() {
	content, err := os.ReadFile("/etc/app/motd")
	fmt.Printf("file: %q %v\n", content, err)
	info, err := os.Stat("/etc/app/motd")
	check(err)
	fmt.Println("stat:", info.Name(), info.Size(), info.Mode().IsRegular())
	file, err := os.Open("/etc/app/motd")
	check(err)
	end, err := file.Seek(-3, io.SeekEnd)
	check(err)
	rest, err := io.ReadAll(file)
	part := make([]byte, 2)
	n, _ := file.ReadAt(part, 1)
	fmt.Printf("seek: %d %q %v; at: %q\n", end, rest, err, part[:n])
	check(file.Close())
	_, err = file.Read(part)
	fmt.Println("closed:", errors.Is(err, fs.ErrClosed))
	_, err = os.OpenFile("/etc/app/motd", os.O_WRONLY, 0)
	fmt.Println("write:", err)
	entries, err := os.ReadDir("/etc/app")
	fmt.Println("directory:", entries, err)
	err = fs.WalkDir(os.DirFS("/etc/app"), ".", func(path string, d fs.DirEntry, err error) error {
		fmt.Print("walk: ", path, " ", d.IsDir(), " ", err, "\n")
		return err
	})
	check(err)
	_, err = os.Stat("/etc/app/none")
	fmt.Println("none:", errors.Is(err, fs.ErrNotExist))
	_, err = os.Open("/nowhere/\xff")
	fmt.Println("no text:", errors.Is(err, fs.ErrNotExist))
	null, err := os.OpenFile("/dev/null", os.O_RDWR, 0)
	check(err)
	_, err = null.WriteString("away")
	n, end2 := null.Read(part)
	fmt.Println("null:", err, n, end2)
	random, err := os.Open("/dev/urandom")
	check(err)
	n, err = io.ReadFull(random, make([]byte, 100_000))
	fmt.Println("urandom:", n, err)
	// What the host copies into the program must not pile up: together it is
	// more than an instance may have.
	for range 100_000 {
		if _, err := os.ReadFile("/usr/share/zoneinfo/America/New_York"); err != nil {
			check(err)
		}
	}
}

func zones() {
	moment := time.Unix(1_782_864_000, 0)
	fmt.Println("local:", moment)
	kolkata, err := time.LoadLocation("Asia/Kolkata")
	check(err)
	fmt.Println("Kolkata:", moment.In(kolkata))
	_, err = time.LoadLocation("Nowhere/Land")
	fmt.Println(err)
}
