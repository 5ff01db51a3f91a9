//go:build wasip1

package runtime

import (
	"internal/warpgrid"
	"unsafe"
)

// warpgridAllocate is called by the host in the middle of a call of ours. It
// must not grow the stack, allocate from the heap or let other goroutines run.
//
//go:nosplit
//go:wasmexport cabi_realloc
func warpgridAllocate(old, oldSize, align, size uint32) uint32 {
	arena := &warpgrid.Arena
	mask := uintptr(align) - 1
	p := (arena.Lent + mask) &^ mask
	if arena.Lent != 0 && p+uintptr(size) <= arena.LentEnd {
		arena.Lent = p + uintptr(size)
	} else {
		p = (arena.Next + mask) &^ mask
		if arena.Own.Start == 0 || p+uintptr(size) > arena.Own.End {
			p = warpgridGrow(uintptr(size))
		}
		arena.Next = p + uintptr(size)
	}
	for i := uintptr(0); i < uintptr(min(oldSize, size)); i++ {
		*(*byte)(unsafe.Pointer(p + i)) = *(*byte)(unsafe.Pointer(uintptr(old) + i))
	}
	return uint32(p)
}

// warpgridGrow gives the arena pages with room for a result.
//
//go:nosplit
func warpgridGrow(size uintptr) uintptr {
	arena := &warpgrid.Arena
	for i := range arena.Spare {
		if spare := arena.Spare[i]; spare.Start != 0 && spare.End-spare.Start >= size {
			arena.Spare[i], arena.Own = arena.Own, spare
			return spare.Start
		}
	}
	pages := (size + physPageSize - 1) / physPageSize
	first := growMemory(int32(pages))
	if first < 0 {
		abort() // as Go does without memory, but nothing can be said here
	}
	p := uintptr(first) * physPageSize
	if arena.Own.End != p {
		arena.Own.Start = p
	}
	arena.Own.End = p + pages*physPageSize
	return p
}
