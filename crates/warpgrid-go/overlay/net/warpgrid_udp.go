//go:build wasip1

package net

import (
	"context"
	"internal/warpgrid"
	"os"
	"syscall"
)

// What package net does with datagrams: UDP by wasi:sockets. The methods stand
// in for those of the network within the program, which other networks have.

func warpgridPackets(ctx context.Context, network string, family int, laddr, raddr sockaddr) (*netFD, error) {
	local, _ := laddr.(*UDPAddr)
	peer, _ := raddr.(*UDPAddr)
	if err := ctx.Err(); err != nil {
		return nil, mapErr(err)
	}
	if local == nil {
		local = &UDPAddr{}
	}
	var to *warpgrid.Address
	var remote Addr
	var other IP
	if peer != nil {
		address, err := warpgridAddress(peer.IP, peer.Port, peer.Zone, family)
		if err != nil {
			return nil, err
		}
		to, remote, other = &address, peer, peer.IP
	}
	from, err := warpgridOwn(network, local.IP, local.Port, local.Zone, family, other)
	if err != nil {
		return nil, err
	}
	n, errno := warpgrid.OpenUDP(from, to)
	if errno != 0 {
		call := "bind"
		if peer != nil {
			call = "connect"
		}
		return nil, os.NewSyscallError(call, syscall.Errno(errno))
	}
	fd, err := warpgridFD(network, family, syscall.SOCK_DGRAM, n)
	if err != nil {
		return nil, err
	}
	fd.isConnected = peer != nil
	own, errno := warpgrid.Local(n)
	if errno != 0 {
		fd.Close()
		return nil, os.NewSyscallError("getsockname", syscall.Errno(errno))
	}
	fd.setAddr((*UDPAddr)(warpgridTCPAddr(own, 0)), remote)
	return fd, nil
}

// warpgridReceive waits for a datagram.
func (fd *netFD) warpgridReceive(p []byte) (n int, from warpgrid.Address, err error) {
	var errno warpgrid.Errno
	err = fd.pfd.RawRead(func(s uintptr) bool {
		n, from, errno = warpgrid.Receive(int(s), p)
		return errno != warpgrid.EAGAIN
	})
	if err == nil && errno != 0 {
		err = os.NewSyscallError("recvfrom", syscall.Errno(errno))
	}
	return n, from, err
}

// warpgridSend waits until a datagram is taken.
func (fd *netFD) warpgridSend(p []byte, to *warpgrid.Address) (n int, err error) {
	var errno warpgrid.Errno
	err = fd.pfd.RawWrite(func(s uintptr) bool {
		n, errno = warpgrid.Send(int(s), p, to)
		return errno != warpgrid.EAGAIN
	})
	if err == nil && errno != 0 {
		err = os.NewSyscallError("sendto", syscall.Errno(errno))
	}
	return n, err
}

func (fd *netFD) readFromInet4(p []byte, from *syscall.SockaddrInet4) (n int, err error) {
	if fd.fakeNetFD != nil {
		return fd.fakeNetFD.readFromInet4(p, from)
	}
	n, a, err := fd.warpgridReceive(p)
	from.Port = int(a.Port)
	copy(from.Addr[:], a.IP[:4])
	return n, err
}

func (fd *netFD) readFromInet6(p []byte, from *syscall.SockaddrInet6) (n int, err error) {
	if fd.fakeNetFD != nil {
		return fd.fakeNetFD.readFromInet6(p, from)
	}
	n, a, err := fd.warpgridReceive(p)
	from.Port, from.ZoneId = int(a.Port), a.Zone
	from.Addr = a.IP
	if !a.V6 {
		copy(from.Addr[:], IPv4(a.IP[0], a.IP[1], a.IP[2], a.IP[3]))
	}
	return n, err
}

func (fd *netFD) readMsgInet4(p, oob []byte, flags int, from *syscall.SockaddrInet4) (n, oobn, retflags int, err error) {
	if fd.fakeNetFD != nil {
		return fd.fakeNetFD.readMsgInet4(p, oob, flags, from)
	}
	n, err = fd.readFromInet4(p, from)
	return n, 0, 0, err
}

func (fd *netFD) readMsgInet6(p, oob []byte, flags int, from *syscall.SockaddrInet6) (n, oobn, retflags int, err error) {
	if fd.fakeNetFD != nil {
		return fd.fakeNetFD.readMsgInet6(p, oob, flags, from)
	}
	n, err = fd.readFromInet6(p, from)
	return n, 0, 0, err
}

func (fd *netFD) writeToInet4(p []byte, to *syscall.SockaddrInet4) (n int, err error) {
	if fd.fakeNetFD != nil {
		return fd.fakeNetFD.writeToInet4(p, to)
	}
	return fd.warpgridSend(p, warpgridInet4(to))
}

func (fd *netFD) writeToInet6(p []byte, to *syscall.SockaddrInet6) (n int, err error) {
	if fd.fakeNetFD != nil {
		return fd.fakeNetFD.writeToInet6(p, to)
	}
	return fd.warpgridSend(p, warpgridInet6(to))
}

func (fd *netFD) writeMsg(p, oob []byte, to syscall.Sockaddr) (n, oobn int, err error) {
	if fd.fakeNetFD != nil {
		return fd.fakeNetFD.writeMsg(p, oob, to)
	}
	switch to := to.(type) {
	case *syscall.SockaddrInet4:
		return fd.writeMsgInet4(p, oob, to)
	case *syscall.SockaddrInet6:
		return fd.writeMsgInet6(p, oob, to)
	}
	return fd.writeMsgInet4(p, oob, nil)
}

func (fd *netFD) writeMsgInet4(p, oob []byte, to *syscall.SockaddrInet4) (n, oobn int, err error) {
	if fd.fakeNetFD != nil {
		return fd.fakeNetFD.writeMsgInet4(p, oob, to)
	}
	if len(oob) > 0 {
		return 0, 0, os.NewSyscallError("sendmsg", syscall.ENOTSUP)
	}
	n, err = fd.warpgridSend(p, warpgridInet4(to))
	return n, 0, err
}

func (fd *netFD) writeMsgInet6(p, oob []byte, to *syscall.SockaddrInet6) (n, oobn int, err error) {
	if fd.fakeNetFD != nil {
		return fd.fakeNetFD.writeMsgInet6(p, oob, to)
	}
	if len(oob) > 0 {
		return 0, 0, os.NewSyscallError("sendmsg", syscall.ENOTSUP)
	}
	n, err = fd.warpgridSend(p, warpgridInet6(to))
	return n, 0, err
}

func warpgridInet4(to *syscall.SockaddrInet4) *warpgrid.Address {
	if to == nil {
		return nil
	}
	a := &warpgrid.Address{Port: uint16(to.Port)}
	copy(a.IP[:], to.Addr[:])
	return a
}

func warpgridInet6(to *syscall.SockaddrInet6) *warpgrid.Address {
	if to == nil {
		return nil
	}
	return &warpgrid.Address{IP: to.Addr, V6: true, Port: uint16(to.Port), Zone: to.ZoneId}
}
