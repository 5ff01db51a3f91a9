package warpgrid

import (
	"internal/warpgrid/wit"
	"unsafe"
)

// Connections that the program has closed and whose last bytes the host has not
// sent yet. Dropping one would lose them.
var lingering []*tcp

// The most of them; the oldest loses its bytes.
const mostLingering = 64

// unsent says whether the host is still sending. A stream to which nothing was
// written may have no room, too: the host has not looked yet.
func (t *tcp) unsent() bool {
	if t.out == 0 || !t.wrote {
		return false
	}
	var room countResult
	wit.IoStreamsOutputStreamCheckWrite(t.out, unsafe.Pointer(&room))
	if room.failed != 0 {
		room.error()
		return false
	}
	return room.count == 0
}

func (t *tcp) linger() {
	if len(lingering) == mostLingering {
		lingering[0].drop()
		lingering = append(lingering[:0], lingering[1:]...)
	}
	lingering = append(lingering, t)
}

// Sweep drops those that are done, and says whether others are left. The poller
// in package runtime calls it, so that their peers see the end.
func Sweep() bool {
	kept := lingering[:0]
	for _, t := range lingering {
		if t.unsent() {
			kept = append(kept, t)
		} else {
			t.drop()
		}
	}
	clear(lingering[len(kept):])
	lingering = kept
	return len(kept) > 0
}
