// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

// The cases of signal-type.
const (
	SignalsSignalTypeTerminate = 0
	SignalsSignalTypeHangup    = 1
	SignalsSignalTypeInterrupt = 2
)

//go:wasmimport warpgrid:shim/signals@0.1.0 on-signal
//go:noescape
func SignalsOnSignal(p0 uint32) uint32

//go:wasmimport warpgrid:shim/signals@0.1.0 poll-signal
//go:noescape
func SignalsPollSignal(p0 unsafe.Pointer)
