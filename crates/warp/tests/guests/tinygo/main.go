// A program of what TinyGo does in its own way: its output is Go's.
package main

import (
	"fmt"
	"sync"
)

func main() {
	implementations()
	conversions()
	made()
	encodings()
	compared()
	kept()
}

// compared is what package net asks of a sync.Map.
func compared() {
	var m sync.Map
	m.Store("a", 1)
	fmt.Println("swapped:", m.CompareAndSwap("a", 2, 3), m.CompareAndSwap("a", 1, 3), m.CompareAndSwap("b", nil, 1))
	fmt.Println("deleted:", m.CompareAndDelete("a", 1), m.CompareAndDelete("a", 3))
	_, found := m.Load("a")
	fmt.Println("left:", found)
	var group sync.WaitGroup
	results := make([]int, 8)
	for i := range results {
		group.Go(func() { results[i] = i * i })
	}
	group.Wait()
	fmt.Println("together:", results)
}

// Too large for a build that copies the whole of it for each store.
var table [1 << 16]uint32

func init() {
	for i := range table {
		table[i] = uint32(i) * 2654435761
	}
}

// kept holds on to what it allocates while the memory grows.
func kept() {
	var blocks [][]byte
	for i := range 64 {
		block := make([]byte, 1<<18)
		for j := range block {
			block[j] = byte(i)
		}
		blocks = append(blocks, block)
	}
	for i, block := range blocks {
		for _, b := range block {
			if b != byte(i) {
				fmt.Println("overwritten:", i, b)
				return
			}
		}
	}
	fmt.Println("kept:", len(blocks), table[1], table[len(table)-1])
}
