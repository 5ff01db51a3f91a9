package warpgrid

import (
	"internal/warpgrid/wit"
	"unsafe"
)

// A tcp is a socket of wasi:sockets, as a connection or as a listener.
type tcp struct {
	channel
	socket uint32
	ready  uint32 // the socket's own pollable
}

// A result of one byte, or of up to three handles.
type handleResult [4]uint32

func (r *handleResult) error() Errno {
	b := (*[16]byte)(unsafe.Pointer(r))
	if b[0] != 0 {
		return errnoOfNetwork(b[4])
	}
	return 0
}

// A result<_, error-code>.
type codeResult [2]uint8

func (r *codeResult) error() Errno {
	if r[0] != 0 {
		return errnoOfNetwork(r[1])
	}
	return 0
}

var network uint32 // the handle of the only network, once it is asked for

func theNetwork() uint32 {
	if network == 0 {
		network = wit.SocketsInstanceNetworkInstanceNetwork()
	}
	return network
}

func newTCP(family uint32) (*tcp, Errno) {
	var result handleResult
	wit.SocketsTcpCreateSocketCreateTcpSocket(family, unsafe.Pointer(&result))
	if errno := result.error(); errno != 0 {
		return nil, errno
	}
	t := &tcp{socket: result[1]}
	t.ready = wit.SocketsTcpTcpSocketSubscribe(t.socket)
	return t, 0
}

// Connect begins to connect to an address, from local where that is not nil.
// Once the descriptor can be written to, Connected says how it went.
func Connect(remote Address, local *Address) (fd int, errno Errno) {
	remote = remote.plain()
	t, errno := newTCP(remote.family())
	if errno != 0 {
		return -1, errno
	}
	if local != nil {
		errno = t.bind(local.plain())
	}
	if errno == 0 {
		var result codeResult
		f := remote.flat()
		wit.SocketsTcpTcpSocketStartConnect(t.socket, theNetwork(), f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10], f[11], unsafe.Pointer(&result))
		errno = result.error()
	}
	if errno != 0 {
		t.close()
		return -1, errno
	}
	return add(t, 0, t.ready), 0
}

// Connected ends what Connect began; EAGAIN says that it goes on.
func Connected(fd int) Errno {
	t, ok := of(fd).(*tcp)
	if !ok {
		return EBADF
	}
	var result handleResult
	wit.SocketsTcpTcpSocketFinishConnect(t.socket, unsafe.Pointer(&result))
	if errno := result.error(); errno != 0 {
		return errno
	}
	t.channel = newChannel(result[1], result[2])
	SetPollables(fd-Base, t.readable, t.writable)
	return 0
}

// Listen listens at an address.
func Listen(local Address, backlog int) (fd int, errno Errno) {
	local = local.plain()
	t, errno := newTCP(local.family())
	if errno != 0 {
		return -1, errno
	}
	var result codeResult
	if errno = t.bind(local); errno == 0 {
		wit.SocketsTcpTcpSocketSetListenBacklogSize(t.socket, uint64(max(backlog, 1)), unsafe.Pointer(&result))
		wit.SocketsTcpTcpSocketStartListen(t.socket, unsafe.Pointer(&result))
		errno = result.error()
	}
	if errno == 0 {
		errno = await(t.ready, func(result unsafe.Pointer) {
			wit.SocketsTcpTcpSocketFinishListen(t.socket, result)
		})
	}
	if errno != 0 {
		t.close()
		return -1, errno
	}
	return add(t, t.ready, 0), 0
}

// Accept gives the next connection of a listener.
func Accept(fd int) (connection int, errno Errno) {
	t, ok := of(fd).(*tcp)
	if !ok {
		return -1, EBADF
	}
	var result handleResult
	wit.SocketsTcpTcpSocketAccept(t.socket, unsafe.Pointer(&result))
	if errno := result.error(); errno != 0 {
		return -1, errno
	}
	c := &tcp{socket: result[1], channel: newChannel(result[2], result[3])}
	c.ready = wit.SocketsTcpTcpSocketSubscribe(c.socket)
	return add(c, c.readable, c.writable), 0
}

func (t *tcp) bind(local Address) Errno {
	var result codeResult
	f := local.flat()
	wit.SocketsTcpTcpSocketStartBind(t.socket, theNetwork(), f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10], f[11], unsafe.Pointer(&result))
	if errno := result.error(); errno != 0 {
		return errno
	}
	return await(t.ready, func(result unsafe.Pointer) {
		wit.SocketsTcpTcpSocketFinishBind(t.socket, result)
	})
}

// await waits for the end of what the host does at once.
func await(ready uint32, finish func(result unsafe.Pointer)) Errno {
	for {
		var result codeResult
		finish(unsafe.Pointer(&result))
		if errno := result.error(); errno != EAGAIN {
			return errno
		}
		wit.IoPollPollableBlock(ready)
	}
}

// A socket has an address at each end.
type socket interface {
	local(result unsafe.Pointer)
	remote(result unsafe.Pointer)
}

// Local is the address of a descriptor's own end.
func Local(fd int) (Address, Errno) {
	s, ok := of(fd).(socket)
	if !ok {
		return Address{}, EBADF
	}
	var result addressResult
	s.local(unsafe.Pointer(&result))
	return result.get()
}

// Remote is the address of a descriptor's other end.
func Remote(fd int) (Address, Errno) {
	s, ok := of(fd).(socket)
	if !ok {
		return Address{}, EBADF
	}
	var result addressResult
	s.remote(unsafe.Pointer(&result))
	return result.get()
}

func (t *tcp) local(result unsafe.Pointer) {
	wit.SocketsTcpTcpSocketLocalAddress(t.socket, result)
}

func (t *tcp) remote(result unsafe.Pointer) {
	wit.SocketsTcpTcpSocketRemoteAddress(t.socket, result)
}

// SetKeepAlive sets whether, and after how many nanoseconds, an idle connection
// is probed.
func SetKeepAlive(fd int, on bool, idle uint64) Errno {
	t, ok := of(fd).(*tcp)
	if !ok {
		return 0 // of other descriptors the host takes care
	}
	var result codeResult
	enabled := uint32(0)
	if on {
		enabled = 1
	}
	wit.SocketsTcpTcpSocketSetKeepAliveEnabled(t.socket, enabled, unsafe.Pointer(&result))
	if errno := result.error(); errno != 0 || idle == 0 {
		return errno
	}
	wit.SocketsTcpTcpSocketSetKeepAliveIdleTime(t.socket, idle, unsafe.Pointer(&result))
	return result.error()
}

func (t *tcp) shutdown(read, write bool) Errno {
	if t.in == 0 && t.out == 0 {
		return ENOTCONN
	}
	how := uint32(wit.SocketsTcpShutdownTypeBoth)
	switch {
	case !write:
		how = wit.SocketsTcpShutdownTypeReceive
	case !read:
		how = wit.SocketsTcpShutdownTypeSend
	}
	var result codeResult
	wit.SocketsTcpTcpSocketShutdown(t.socket, how, unsafe.Pointer(&result))
	return result.error()
}

func (t *tcp) close() {
	Sweep()
	if t.unsent() {
		t.linger()
		return
	}
	t.drop()
}

func (t *tcp) drop() {
	t.closeIn()
	t.closeOut()
	wit.IoPollDropPollable(t.ready)
	wit.SocketsTcpDropTcpSocket(t.socket)
}
