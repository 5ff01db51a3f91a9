package warpgrid

import (
	"internal/warpgrid/wit"
	"unsafe"
)

// A udp is a socket of wasi:sockets for datagrams.
type udp struct {
	socket             uint32
	in, out            uint32
	readable, writable uint32
}

// OpenUDP makes a socket with an address of its own, for datagrams from and to
// everybody, or one peer alone.
func OpenUDP(local Address, remote *Address) (fd int, errno Errno) {
	local = local.plain()
	var result handleResult
	wit.SocketsUdpCreateSocketCreateUdpSocket(local.family(), unsafe.Pointer(&result))
	if errno := result.error(); errno != 0 {
		return -1, errno
	}
	u := &udp{socket: result[1]}
	if errno = u.bind(local); errno == 0 {
		errno = u.open(remote)
	}
	if errno != 0 {
		u.close()
		return -1, errno
	}
	return add(u, u.readable, u.writable), 0
}

func (u *udp) bind(local Address) Errno {
	var result codeResult
	f := local.flat()
	wit.SocketsUdpUdpSocketStartBind(u.socket, theNetwork(), f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10], f[11], unsafe.Pointer(&result))
	if errno := result.error(); errno != 0 {
		return errno
	}
	ready := wit.SocketsUdpUdpSocketSubscribe(u.socket)
	defer wit.IoPollDropPollable(ready)
	return await(ready, func(result unsafe.Pointer) {
		wit.SocketsUdpUdpSocketFinishBind(u.socket, result)
	})
}

// open begins the streams of datagrams.
func (u *udp) open(remote *Address) Errno {
	var result handleResult
	var f flatAddress
	one := uint32(0)
	if remote != nil {
		peer := remote.plain()
		one, f = 1, peer.flat()
	}
	wit.SocketsUdpUdpSocketStream(u.socket, one, f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10], f[11], unsafe.Pointer(&result))
	if errno := result.error(); errno != 0 {
		return errno
	}
	u.in, u.out = result[1], result[2]
	u.readable = wit.SocketsUdpIncomingDatagramStreamSubscribe(u.in)
	u.writable = wit.SocketsUdpOutgoingDatagramStreamSubscribe(u.out)
	return 0
}

// Receive takes one datagram. What has no room in p is lost.
func Receive(fd int, p []byte) (n int, from Address, errno Errno) {
	if u, ok := of(fd).(*udp); ok {
		return u.receive(p)
	}
	return 0, from, EBADF
}

// Send sends one datagram: to an address, or, where that is nil, to the only
// peer.
func Send(fd int, p []byte, to *Address) (int, Errno) {
	if u, ok := of(fd).(*udp); ok {
		return u.send(p, to)
	}
	return 0, EBADF
}

// An incoming-datagram.
type incoming struct {
	data, length uint32
	remote       socketAddress
}

func (u *udp) receive(p []byte) (n int, from Address, errno Errno) {
	var result listResult
	lend(nil)
	wit.SocketsUdpIncomingDatagramStreamReceive(u.in, 1, unsafe.Pointer(&result))
	if result.failed != 0 {
		return 0, from, errnoOfNetwork(uint8(result.a))
	}
	if result.b == 0 {
		return 0, from, EAGAIN
	}
	d := (*incoming)(unsafe.Pointer(uintptr(result.a)))
	return copy(p, at(d.data, d.length)), d.remote.address(), 0
}

// An outgoing-datagram.
type outgoing struct {
	data, length uint32
	some         uint32
	remote       socketAddress
}

func (u *udp) send(p []byte, to *Address) (int, Errno) {
	var room countResult
	wit.SocketsUdpOutgoingDatagramStreamCheckSend(u.out, unsafe.Pointer(&room))
	if room.failed != 0 {
		return 0, room.errorOfNetwork()
	}
	if room.count == 0 {
		return 0, EAGAIN
	}
	held = p
	d := outgoing{data: uint32(uintptr(unsafe.Pointer(unsafe.SliceData(p)))), length: uint32(len(p))}
	if to != nil {
		peer := to.plain()
		d.some, d.remote = 1, peer.socket()
	}
	var sent countResult
	wit.SocketsUdpOutgoingDatagramStreamSend(u.out, unsafe.Pointer(&d), 1, unsafe.Pointer(&sent))
	switch {
	case sent.failed != 0:
		return 0, sent.errorOfNetwork()
	case sent.count == 0:
		return 0, EAGAIN
	}
	return len(p), 0
}

func (u *udp) read(p []byte) (int, Errno) {
	n, _, errno := u.receive(p)
	return n, errno
}

func (u *udp) write(p []byte) (int, Errno) {
	return u.send(p, nil)
}

func (u *udp) shutdown(read, write bool) Errno {
	return ENOTSUP
}

func (u *udp) local(result unsafe.Pointer) {
	wit.SocketsUdpUdpSocketLocalAddress(u.socket, result)
}

func (u *udp) remote(result unsafe.Pointer) {
	wit.SocketsUdpUdpSocketRemoteAddress(u.socket, result)
}

func (u *udp) close() {
	if u.in != 0 {
		wit.IoPollDropPollable(u.readable)
		wit.IoPollDropPollable(u.writable)
		wit.SocketsUdpDropIncomingDatagramStream(u.in)
		wit.SocketsUdpDropOutgoingDatagramStream(u.out)
	}
	wit.SocketsUdpDropUdpSocket(u.socket)
}
