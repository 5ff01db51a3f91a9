package main

import (
	"fmt"
	"net"
	"os"
)

func main() {
	_, _, err := os.Pipe()
	fmt.Println(err)
	_, err = net.Listen("unix", "/socket")
	fmt.Println(err)
}
