package warpgrid

import (
	"internal/warpgrid/wit"
	"unsafe"
)

// Signal is one that the host tells of.
type Signal uint8

const (
	Terminate Signal = wit.SignalsSignalTypeTerminate
	Hangup    Signal = wit.SignalsSignalTypeHangup
	Interrupt Signal = wit.SignalsSignalTypeInterrupt
)

// OnSignal asks to be told.
func OnSignal(s Signal) {
	wit.SignalsOnSignal(uint32(s))
}

// PollSignal gives the oldest signal that was not taken yet.
func PollSignal() (s Signal, ok bool) {
	var result [2]uint8
	wit.SignalsPollSignal(unsafe.Pointer(&result))
	return Signal(result[1]), result[0] != 0
}
