package main

import "syscall"

func main() {
	syscall.Mmap(0, 0, 1, syscall.PROT_READ, syscall.MAP_SHARED)
}
