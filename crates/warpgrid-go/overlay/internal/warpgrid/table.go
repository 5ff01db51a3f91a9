package warpgrid

// Base is the first number of a descriptor of this package. Those below are
// WASI preview 1's.
const Base = 1 << 20

// The most descriptors at once; the host has its own, lower bounds.
const most = 1 << 20

// A stream is what a descriptor stands for. None of its functions wait.
type stream interface {
	// read gives zero at the stream's end.
	read(p []byte) (int, Errno)
	write(p []byte) (int, Errno)
	shutdown(read, write bool) Errno
	// close drops all that the host holds of it; pollables first.
	close()
}

var (
	streams []stream // by number, less Base; nil where it is free
	free    []int    // places in streams
)

// add makes a descriptor. The pollables say when to read and to write again;
// zero stands for none.
func add(s stream, read, write uint32) int {
	place := len(streams)
	if n := len(free); n > 0 {
		place, free = free[n-1], free[:n-1]
		streams[place] = s
	} else {
		streams = append(streams, s)
		free = append(free, 0)[:n] // room, so that closing allocates nothing
	}
	SetPollables(place, read, write)
	return Base + place
}

func of(fd int) stream {
	if place := fd - Base; place >= 0 && place < len(streams) {
		return streams[place]
	}
	return nil
}

// Read reads what is there. Zero is the end.
func Read(fd int, p []byte) (int, Errno) {
	s := of(fd)
	if s == nil {
		return 0, EBADF
	}
	if len(p) == 0 {
		return 0, 0
	}
	n, errno := s.read(p)
	if errno == 0 {
		Wake(fd-Base, 'w')
	}
	return n, errno
}

// Write writes as much as is taken now.
func Write(fd int, p []byte) (int, Errno) {
	s := of(fd)
	if s == nil {
		return 0, EBADF
	}
	if _, ok := s.(*udp); len(p) == 0 && !ok {
		return 0, 0
	}
	return s.write(p)
}

// Shutdown ends one direction or both.
func Shutdown(fd int, read, write bool) Errno {
	s := of(fd)
	if s == nil {
		return EBADF
	}
	return s.shutdown(read, write)
}

// Close ends a descriptor.
func Close(fd int) Errno {
	s := of(fd)
	if s == nil {
		return EBADF
	}
	place := fd - Base
	streams[place] = nil
	SetPollables(place, 0, 0)
	s.close()
	free = append(free, place)
	return 0
}

// What the poller in package runtime does; it sets them before anything runs.
var (
	// SetPollables tells what a place waits for.
	SetPollables func(place int, read, write uint32)
	// Wake ends a wait that no pollable would: of who reads ('r') what was read
	// ahead, and of who writes ('w') where there is room again.
	Wake func(place int, mode byte)
)
