package warpgrid

import "unsafe"

// Arena is the memory that the host puts a call's result into: first what was
// lent for the call, then pages of our own, which are used again for the next
// call. None of it is Go's heap: an allocation there may run other goroutines,
// and the host is in the middle of a call. Package runtime allocates from it.
var Arena struct {
	Lent, LentEnd uintptr // what is left of the memory that was lent
	Next          uintptr // where what is left of our own begins
	Own           Pages
	Spare         [16]Pages // in use no more, or not yet
}

// Pages are memory of our own, from one address up to another.
type Pages struct{ Start, End uintptr }

// Lend has the host put the result of the next call there, as far as it fits.
// What does not fit stays valid until the next Lend.
func Lend(p unsafe.Pointer, length uintptr) {
	Arena.Lent = uintptr(p)
	Arena.LentEnd = Arena.Lent + length
	Arena.Next = Arena.Own.Start
}

// held is what the host has the address of, in numbers that Go does not follow.
// Memory that is reachable from here is on the heap, and stays where it is; on a
// stack it would move when that grows.
var held []byte

func lend(p []byte) {
	held = p
	Lend(unsafe.Pointer(unsafe.SliceData(p)), uintptr(len(p)))
}

// keep takes the pages that hold a result away from later calls, so that they
// may be read while other goroutines run; giveBack returns them.
func keep() Pages {
	kept := Arena.Own
	Arena.Own, Arena.Next = Pages{}, 0
	return kept
}

func giveBack(kept Pages) {
	for i := range Arena.Spare {
		if Arena.Spare[i].Start == 0 {
			Arena.Spare[i] = kept
			return
		}
	}
}

// at gives the bytes that the host has put somewhere.
func at(p, length uint32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(uintptr(p))), int(length))
}

// isText says whether a string is UTF-8, as the host's strings are. Another one
// would end the instance.
func isText(s string) bool {
	for i, r := range s {
		if r == 0xFFFD && s[i] != 0xEF {
			return false
		}
	}
	return true
}
