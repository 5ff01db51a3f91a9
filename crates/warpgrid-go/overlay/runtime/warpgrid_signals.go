//go:build wasip1

package runtime

import "internal/warpgrid"

// Signals that the host tells of, once a program asks for one. Nothing
// interrupts a program: they are looked for between its goroutines' turns.

// How often, in nanoseconds.
const warpgridSignalPeriod = 50e6

// What the numbers are on this target.
const (
	warpgridSIGHUP  = 1
	warpgridSIGINT  = 2
	warpgridSIGTERM = 15
)

// warpgridSignal tells the host that the program wants to know of a signal.
func warpgridSignal(s uint32) {
	switch s {
	case warpgridSIGHUP:
		warpgrid.OnSignal(warpgrid.Hangup)
	case warpgridSIGINT:
		warpgrid.OnSignal(warpgrid.Interrupt)
	case warpgridSIGTERM:
		warpgrid.OnSignal(warpgrid.Terminate)
	}
}

// warpgridSignalReceive waits for the next signal.
func warpgridSignalReceive() uint32 {
	for {
		sig.state.Store(sigReceiving)
		s, ok := warpgrid.PollSignal()
		if !ok {
			timeSleep(warpgridSignalPeriod)
			continue
		}
		sig.state.Store(sigIdle)
		switch s {
		case warpgrid.Hangup:
			return warpgridSIGHUP
		case warpgrid.Interrupt:
			return warpgridSIGINT
		case warpgrid.Terminate:
			return warpgridSIGTERM
		}
	}
}
