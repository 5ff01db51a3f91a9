package warpgrid

import (
	"internal/warpgrid/wit"
	"unsafe"
)

// A proxied is a connection to a database: the host keeps it in a pool, and has
// logged in.
type proxied struct {
	connection uint64
	ready      uint32
	place      int
	ahead      []byte // what was read so that the other end takes more
}

// How much is read ahead of the program, in bytes. A socket of a system holds
// about as much.
const mostAhead = 1 << 20

// A result<option<db-config>> as it lies in memory; its strings are in the
// arena.
type routeResult struct {
	found            uint8
	_                [3]uint8
	protocol         uint8
	_                [3]uint8
	host, hostLength uint32
	port             uint16
	_                [2]uint8
	named            uint8
	_                [3]uint8
	name, nameLength uint32
	size             uint32
}

// ConnectDatabase connects to a host, a name or an address in its textual form,
// where the host proxies that endpoint; otherwise ok is false.
func ConnectDatabase(host string, port uint16) (fd int, errno Errno, ok bool) {
	if !isText(host) {
		return -1, 0, false
	}
	var room [512]byte
	var route routeResult
	lend(room[:])
	wit.SocketsRoute(unsafe.Pointer(unsafe.StringData(host)), uint32(len(host)), uint32(port), unsafe.Pointer(&route))
	if route.found == 0 {
		return -1, 0, false
	}
	var result countResult
	wit.DatabaseProxyConnect(uint32(route.protocol), unsafe.Pointer(uintptr(route.host)), route.hostLength, uint32(route.port),
		uint32(route.named), unsafe.Pointer(uintptr(route.name)), route.nameLength, route.size, unsafe.Pointer(&result))
	if result.failed != 0 {
		return -1, errnoOfDatabase(uint8(result.count)), true
	}
	p := &proxied{connection: result.count, ready: wit.SocketsSubscribe(result.count)}
	fd = add(p, p.ready, 0)
	p.place = fd - Base
	return fd, 0, true
}

// A result<option<list<u8>>, db-error>.
type receiveResult struct {
	failed    uint8
	_         [3]uint8
	some      uint8 // or the error
	_         [3]uint8
	p, length uint32
}

func (c *proxied) read(p []byte) (int, Errno) {
	if len(c.ahead) > 0 {
		n := copy(p, c.ahead)
		if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
			c.ahead = nil
		}
		return n, 0
	}
	return c.receive(p)
}

func (c *proxied) receive(p []byte) (int, Errno) {
	var result receiveResult
	lend(p)
	wit.SocketsTryRecv(c.connection, uint32(min(len(p), 1<<30)), unsafe.Pointer(&result))
	if result.failed != 0 {
		return 0, errnoOfDatabase(result.some)
	}
	if result.some == 0 {
		return 0, EAGAIN
	}
	if int(result.length) > len(p) {
		return 0, EPROTO
	}
	if result.length == 0 {
		return 0, 0
	}
	if data := at(result.p, result.length); &data[0] != &p[0] {
		copy(p, data)
	}
	return int(result.length), 0
}

// A result<u32, db-error>.
type sendResult struct {
	failed uint8
	taken  uint32 // or the error
}

// write has the other end take bytes. One that waits for its answers to be read
// takes none: they are read ahead then.
func (c *proxied) write(p []byte) (int, Errno) {
	for {
		n, errno := c.send(p)
		if errno != EAGAIN || !c.readAhead() {
			return n, errno
		}
	}
}

// readAhead says whether there was something.
func (c *proxied) readAhead() bool {
	if len(c.ahead) >= mostAhead {
		return false
	}
	part := make([]byte, 64<<10)
	n, errno := c.receive(part)
	if n == 0 || errno != 0 {
		return false
	}
	c.ahead = append(c.ahead, part[:n]...)
	Wake(c.place, 'r')
	return true
}

func (c *proxied) send(p []byte) (int, Errno) {
	var result sendResult
	p = p[:min(len(p), 1<<30)]
	wit.DatabaseProxySend(c.connection, unsafe.Pointer(&p[0]), uint32(len(p)), unsafe.Pointer(&result))
	if result.failed != 0 {
		return 0, errnoOfDatabase(uint8(result.taken))
	}
	if result.taken == 0 {
		return 0, EAGAIN
	}
	if int(result.taken) > len(p) {
		return 0, EPROTO
	}
	return int(result.taken), 0
}

// shutdown has no counterpart: the protocols end by their own messages.
func (c *proxied) shutdown(read, write bool) Errno {
	return 0
}

func (c *proxied) close() {
	wit.IoPollDropPollable(c.ready)
	wit.DatabaseProxyClose(c.connection)
}
