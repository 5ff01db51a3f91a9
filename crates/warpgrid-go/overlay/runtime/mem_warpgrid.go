//go:build wasip1

package runtime

import "unsafe"

// Others grow the memory, too: the preview 1 adapter, and results of the host
// that no buffer was lent for. What they took is theirs.

// warpgridBreak moves the break behind memory that others took.
func warpgridBreak() {
	end := uintptr(currentMemory()) * physPageSize
	if end <= blocMax {
		return
	}
	if left := blocMax - bloc; left > 0 {
		memFree(unsafe.Pointer(bloc), left)
	}
	bloc, blocMax = end, end
}
