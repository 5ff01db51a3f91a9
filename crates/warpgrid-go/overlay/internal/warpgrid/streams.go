package warpgrid

import (
	"internal/warpgrid/wit"
	"unsafe"
)

// A channel is the two streams of wasi:io that make a connection, or one of
// them; zero stands for none. Pollables are kept as long as their stream.
type channel struct {
	in, out            uint32
	readable, writable uint32
	wrote              bool
}

func newChannel(in, out uint32) channel {
	c := channel{in: in, out: out}
	if in != 0 {
		c.readable = wit.IoStreamsInputStreamSubscribe(in)
	}
	if out != 0 {
		c.writable = wit.IoStreamsOutputStreamSubscribe(out)
	}
	return c
}

// A result<list<u8>, stream-error>.
type listResult struct {
	failed uint8
	a, b   uint32 // pointer and length, or the error
}

func (c *channel) read(p []byte) (int, Errno) {
	if c.in == 0 {
		return 0, 0
	}
	var result listResult
	lend(p)
	wit.IoStreamsInputStreamRead(c.in, uint64(len(p)), unsafe.Pointer(&result))
	if result.failed != 0 {
		if errno := streamError(uint8(result.a), result.b); errno != EPIPE {
			return 0, errno
		}
		return 0, 0
	}
	if result.b == 0 {
		return 0, EAGAIN
	}
	if int(result.b) > len(p) {
		return 0, EPROTO
	}
	if data := at(result.a, result.b); &data[0] != &p[0] {
		copy(p, data)
	}
	return int(result.b), 0
}

// A result<u64, stream-error>.
type countResult struct {
	failed uint8
	count  uint64 // or the error's case
}

func (r *countResult) error() Errno {
	words := (*[4]uint32)(unsafe.Pointer(r))
	return streamError(uint8(words[2]), words[3])
}

// errorOfNetwork is for a result<u64, error-code>.
func (r *countResult) errorOfNetwork() Errno {
	words := (*[4]uint32)(unsafe.Pointer(r))
	return errnoOfNetwork(uint8(words[2]))
}

func (c *channel) write(p []byte) (int, Errno) {
	if c.out == 0 {
		return 0, EPIPE
	}
	var room countResult
	wit.IoStreamsOutputStreamCheckWrite(c.out, unsafe.Pointer(&room))
	if room.failed != 0 {
		return 0, room.error()
	}
	if room.count == 0 {
		return 0, EAGAIN
	}
	if room.count < uint64(len(p)) {
		p = p[:room.count]
	}
	var result [3]uint32
	wit.IoStreamsOutputStreamWrite(c.out, unsafe.Pointer(&p[0]), uint32(len(p)), unsafe.Pointer(&result))
	if uint8(result[0]) != 0 {
		return 0, streamError(uint8(result[1]), result[2])
	}
	c.wrote = true
	return len(p), 0
}

// gone says whether nobody reads any more what is written.
func (c *channel) gone() bool {
	if c.out == 0 {
		return false
	}
	var room countResult
	wit.IoStreamsOutputStreamCheckWrite(c.out, unsafe.Pointer(&room))
	return room.failed != 0 && room.error() != 0
}

// streamError is for a stream-error; EPIPE stands for the stream's end.
func streamError(code uint8, cause uint32) Errno {
	if code == wit.IoStreamsStreamErrorClosed {
		return EPIPE
	}
	wit.IoErrorDropError(cause)
	return ECONNRESET
}

func (c *channel) closeIn() {
	if c.in != 0 {
		wit.IoPollDropPollable(c.readable)
		wit.IoStreamsDropInputStream(c.in)
		c.in, c.readable = 0, 0
	}
}

func (c *channel) closeOut() {
	if c.out != 0 {
		wit.IoPollDropPollable(c.writable)
		wit.IoStreamsDropOutputStream(c.out)
		c.out, c.writable = 0, 0
	}
}

// A result of a byte.
type unitResult [2]uint8
