// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

//go:wasmimport wasi:clocks/monotonic-clock@0.2.12 now
//go:noescape
func ClocksMonotonicClockNow() uint64

//go:wasmimport wasi:clocks/monotonic-clock@0.2.12 resolution
//go:noescape
func ClocksMonotonicClockResolution() uint64

//go:wasmimport wasi:clocks/monotonic-clock@0.2.12 subscribe-instant
//go:noescape
func ClocksMonotonicClockSubscribeInstant(p0 uint64) uint32

//go:wasmimport wasi:clocks/monotonic-clock@0.2.12 subscribe-duration
//go:noescape
func ClocksMonotonicClockSubscribeDuration(p0 uint64) uint32
