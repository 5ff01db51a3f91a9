//go:build wasip1

package runtime

import (
	"internal/warpgrid"
	"internal/warpgrid/wit"
	"unsafe"
)

// The poller for descriptors of package internal/warpgrid. All that the program
// waits for, and the time until the next timer, go to the host in one call.

const _ENOSYS = 52

type pollPlace struct {
	pd            *pollDesc
	read, write   uint32 // pollables; zero where there is none
	reads, writes bool   // somebody waits
	wakeR, wakeW  bool   // and may go on, whatever the pollables say
}

var (
	pollPlaces []pollPlace
	// What a call asks for: pollables, and whose they are, as twice the place,
	// and one more where it is for writing. There is room for all, and for the
	// clock, so that asking allocates nothing.
	pollHandles = make([]uint32, 1)
	pollOwners  = make([]int, 1)
	pollReady   = make([]uint32, 1) // where the host writes which are ready
	pollWoken   bool                // somebody may go on
)

func init() {
	warpgrid.SetPollables = warpgridSetPollables
	warpgrid.Wake = warpgridWake
}

// warpgridSetPollables tells what a place waits for.
func warpgridSetPollables(place int, read, write uint32) {
	for len(pollPlaces) <= place {
		pollPlaces = append(pollPlaces, pollPlace{})
	}
	// Two for each, and one for the clock.
	if need := 2*len(pollPlaces) + 1; len(pollHandles) < need {
		pollHandles = make([]uint32, 2*need)
		pollOwners = make([]int, 2*need)
		pollReady = make([]uint32, 2*need)
	}
	p := &pollPlaces[place]
	p.read, p.write = read, write
}

// warpgridWake ends a wait that no pollable would end.
func warpgridWake(place int, mode byte) {
	p := &pollPlaces[place]
	switch {
	case mode == 'r' && p.reads:
		p.wakeR, pollWoken = true, true
	case mode == 'w' && p.writes && p.write == 0:
		p.wakeW, pollWoken = true, true
	}
}

func netpollinit() {}

func netpollIsPollDescriptor(fd uintptr) bool {
	return false
}

// netpollopen refuses descriptors of WASI preview 1: reading and writing them
// waits in the host.
func netpollopen(fd uintptr, pd *pollDesc) int32 {
	place := int(fd) - warpgrid.Base
	if place < 0 || place >= len(pollPlaces) {
		return _ENOSYS
	}
	p := &pollPlaces[place]
	p.pd, p.reads, p.writes = pd, false, false
	return 0
}

func netpollclose(fd uintptr) int32 {
	if place := int(fd) - warpgrid.Base; place >= 0 && place < len(pollPlaces) {
		p := &pollPlaces[place]
		p.pd, p.reads, p.writes, p.wakeR, p.wakeW = nil, false, false, false, false
	}
	return 0
}

func netpollarm(pd *pollDesc, mode int) {
	p := &pollPlaces[int(pd.fd)-warpgrid.Base]
	switch mode {
	case 'r':
		p.reads = true
	case 'w':
		p.writes = true
	}
}

func netpollBreak() {}

// How long, in nanoseconds, a wait lasts while the host is still sending for
// connections that are closed.
const pollLinger = 5e6

// netpoll gives the goroutines whose wait is over. It waits for delay
// nanoseconds at most; below zero, as long as it takes.
func netpoll(delay int64) (gList, int32) {
	var list gList
	delta := int32(0)
	if warpgrid.Sweep() && (delay < 0 || delay > pollLinger) {
		delay = pollLinger
	}
	if pollWoken {
		pollWoken = false
		for i := range pollPlaces {
			p := &pollPlaces[i]
			if p.wakeR {
				p.wakeR, p.reads = false, false
				delta += netpollready(&list, p.pd, 'r')
			}
			if p.wakeW {
				p.wakeW, p.writes = false, false
				delta += netpollready(&list, p.pd, 'w')
			}
		}
		delay = 0
	}
	n := 0
	for i := range pollPlaces {
		p := &pollPlaces[i]
		if p.pd == nil {
			continue
		}
		if p.reads && p.read != 0 {
			pollHandles[n], pollOwners[n] = p.read, 2*i
			n++
		}
		if p.writes && p.write != 0 {
			pollHandles[n], pollOwners[n] = p.write, 2*i+1
			n++
		}
	}
	if n == 0 && delay <= 0 {
		return list, delta
	}
	var clock uint32
	if delay >= 0 {
		clock = wit.ClocksMonotonicClockSubscribeDuration(uint64(delay))
		pollHandles[n], pollOwners[n] = clock, -1
		n++
	}
	for i := range pollHost(n) {
		owner := -1
		if index := int(pollReady[i]); index < n {
			owner = pollOwners[index]
		}
		if owner < 0 {
			continue
		}
		p := &pollPlaces[owner/2]
		mode := int32('r')
		if owner%2 == 0 {
			p.reads = false
		} else {
			p.writes = false
			mode = 'w'
		}
		delta += netpollready(&list, p.pd, mode)
	}
	if clock != 0 {
		wit.IoPollDropPollable(clock)
	}
	return list, delta
}

// pollHost waits until one of the first n pollables is ready, and gives how many
// are; pollReady holds their numbers.
func pollHost(n int) int {
	var result struct{ p, length uint32 }
	warpgrid.Lend(unsafe.Pointer(&pollReady[0]), uintptr(n)*4)
	wit.IoPollPoll(unsafe.Pointer(&pollHandles[0]), uint32(n), unsafe.Pointer(&result))
	return min(int(result.length), n)
}
