//go:build wasip1

package net

import (
	"context"
	"internal/poll"
	"internal/warpgrid"
	"os"
	"syscall"
	"time"
)

// What package net does with sockets: TCP by wasi:sockets, and connections to
// databases that the host proxies. UDP stands beside it.

// warpgridSocket makes the descriptor for a connection or a listener. Where it
// is not for us, ok is false: the network within the program serves then.
func warpgridSocket(ctx context.Context, network string, family, sotype int, laddr, raddr sockaddr, control func(context.Context, string, string, syscall.RawConn) error) (fd *netFD, ok bool, err error) {
	switch network {
	case "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6":
	case "unix", "unixgram", "unixpacket":
		return nil, false, nil
	default:
		return nil, true, os.NewSyscallError("socket", syscall.EPROTONOSUPPORT)
	}
	if control != nil {
		if err := warpgridControl(ctx, network, family, laddr, raddr, control); err != nil {
			return nil, true, err
		}
	}
	if sotype == syscall.SOCK_DGRAM {
		fd, err = warpgridPackets(ctx, network, family, laddr, raddr)
		return fd, true, err
	}
	if raddr == nil {
		if warpgrid.Handler {
			return nil, false, nil
		}
		fd, err = warpgridListen(network, family, laddr)
		return fd, true, err
	}
	if _, within := sockets.Load(fakeAddr(raddr)); within {
		return nil, false, nil
	}
	fd, err = warpgridDial(ctx, network, family, laddr, raddr)
	return fd, true, err
}

// warpgridControl asks the program's Control function. The socket that it may
// look at has no descriptor yet: WASI has no options to set by one.
func warpgridControl(ctx context.Context, network string, family int, laddr, raddr sockaddr, control func(context.Context, string, string, syscall.RawConn) error) error {
	if last := network[len(network)-1]; last != '4' && last != '6' {
		if family == syscall.AF_INET6 {
			network += "6"
		} else {
			network += "4"
		}
	}
	address := ""
	if raddr != nil {
		address = raddr.String()
	} else if laddr != nil {
		address = laddr.String()
	}
	return control(ctx, network, address, newRawConn(&netFD{pfd: poll.FD{Sysfd: -1}}))
}

func warpgridListen(network string, family int, laddr sockaddr) (*netFD, error) {
	local, _ := laddr.(*TCPAddr)
	if local == nil {
		local = &TCPAddr{}
	}
	address, err := warpgridOwn(network, local.IP, local.Port, local.Zone, family, nil)
	if err != nil {
		return nil, err
	}
	n, errno := warpgrid.Listen(address, listenerBacklog())
	if errno != 0 {
		return nil, os.NewSyscallError("listen", syscall.Errno(errno))
	}
	fd, err := warpgridFD(network, family, syscall.SOCK_STREAM, n)
	if err == nil {
		fd.setAddr(warpgridTCPAddr(warpgrid.Local(n)), nil)
	}
	return fd, err
}

func warpgridDial(ctx context.Context, network string, family int, laddr, raddr sockaddr) (*netFD, error) {
	remote, ok := raddr.(*TCPAddr)
	if !ok {
		return nil, &AddrError{Err: "non-TCP address for " + network + " network", Addr: raddr.String()}
	}
	if err := ctx.Err(); err != nil {
		return nil, mapErr(err)
	}
	if n, errno, ok := warpgridDatabase(ctx, remote); ok {
		if errno != 0 {
			return nil, os.NewSyscallError("connect", syscall.Errno(errno))
		}
		fd, err := warpgridFD(network, family, syscall.SOCK_STREAM, n)
		if err == nil {
			// The connection to the database is another, of the host's.
			fd.isConnected = true
			fd.setAddr(&TCPAddr{IP: IPv4(127, 0, 0, 1)}, remote)
		}
		return fd, err
	}
	var from *warpgrid.Address
	if local, ok := laddr.(*TCPAddr); ok && local != nil {
		address, err := warpgridOwn(network, local.IP, local.Port, local.Zone, family, remote.IP)
		if err != nil {
			return nil, err
		}
		from = &address
	}
	to, err := warpgridAddress(remote.IP, remote.Port, remote.Zone, family)
	if err != nil {
		return nil, err
	}
	n, errno := warpgrid.Connect(to, from)
	if errno != 0 {
		return nil, os.NewSyscallError("connect", syscall.Errno(errno))
	}
	fd, err := warpgridFD(network, family, syscall.SOCK_STREAM, n)
	if err != nil {
		return nil, err
	}
	if err := fd.warpgridConnect(ctx, n); err != nil {
		fd.Close()
		return nil, err
	}
	fd.setAddr(warpgridTCPAddr(warpgrid.Local(n)), remote)
	return fd, nil
}

// warpgridDatabase connects where the host proxies the endpoint: by the name
// that was dialled, else by the address.
func warpgridDatabase(ctx context.Context, remote *TCPAddr) (n int, errno warpgrid.Errno, ok bool) {
	port := uint16(remote.Port)
	if host, _ := ctx.Value(warpgridHostKey{}).(string); host != "" {
		if n, errno, ok = warpgrid.ConnectDatabase(host, port); ok {
			return n, errno, ok
		}
	}
	return warpgrid.ConnectDatabase(remote.IP.String(), port)
}

// warpgridConnect waits for a connection; it may be given up meanwhile.
func (fd *netFD) warpgridConnect(ctx context.Context, n int) error {
	if deadline, ok := ctx.Deadline(); ok {
		fd.pfd.SetWriteDeadline(deadline)
		defer fd.pfd.SetWriteDeadline(noDeadline)
	}
	stop := context.AfterFunc(ctx, func() {
		fd.pfd.SetWriteDeadline(aLongTimeAgo)
	})
	defer stop()
	for {
		errno := warpgrid.Connected(n)
		if errno == 0 {
			fd.isConnected = true
			return nil
		}
		if errno != warpgrid.EAGAIN {
			return os.NewSyscallError("connect", syscall.Errno(errno))
		}
		if err := fd.pfd.WaitWrite(); err != nil {
			if ctx.Err() != nil {
				return mapErr(ctx.Err())
			}
			return err
		}
	}
}

func warpgridFD(network string, family, sotype, n int) (*netFD, error) {
	stream := sotype == syscall.SOCK_STREAM
	fd := &netFD{
		pfd:    poll.FD{Sysfd: n, IsStream: stream, ZeroReadIsEOF: stream},
		family: family,
		sotype: sotype,
		net:    network,
	}
	if err := fd.init(); err != nil {
		warpgrid.Close(n)
		return nil, err
	}
	return fd, nil
}

// warpgridAccepted gives an accepted connection its addresses.
func warpgridAccepted(fd *netFD) {
	if n := fd.pfd.Sysfd; n >= warpgrid.Base {
		fd.isConnected = true
		fd.setAddr(warpgridTCPAddr(warpgrid.Local(n)), warpgridTCPAddr(warpgrid.Remote(n)))
	}
}

// warpgridAddress refuses what is no address of the family, as other systems'
// sockets do.
func warpgridAddress(ip IP, port int, zone string, family int) (warpgrid.Address, error) {
	if _, err := ipToSockaddr(family, ip, port, zone); err != nil {
		return warpgrid.Address{}, err
	}
	if port < 0 || port > 0xFFFF {
		return warpgrid.Address{}, syscall.EINVAL
	}
	address := warpgrid.Address{Port: uint16(port), V6: family == syscall.AF_INET6}
	if address.V6 {
		copy(address.IP[:], ip.To16())
		address.Zone = uint32(zoneCache.index(zone))
	} else {
		copy(address.IP[:4], ip.To4())
	}
	return address, nil
}

// warpgridOwn is the address of a socket's own end. The wildcard is that of the
// peer's family or the network's, else of IPv4: a socket of WASI serves one.
func warpgridOwn(network string, ip IP, port int, zone string, family int, peer IP) (warpgrid.Address, error) {
	own, err := warpgridAddress(ip, port, zone, family)
	if len(ip) == 0 || ip.IsUnspecified() {
		v6 := network[len(network)-1] == '6'
		if len(peer) > 0 {
			v6 = peer.To4() == nil
		}
		own = warpgrid.Address{Port: own.Port, V6: v6}
	}
	return own, err
}

func warpgridTCPAddr(a warpgrid.Address, errno warpgrid.Errno) *TCPAddr {
	if errno != 0 {
		return &TCPAddr{}
	}
	address := &TCPAddr{Port: int(a.Port)}
	if a.V6 {
		address.IP = append(IP(nil), a.IP[:]...)
		address.Zone = zoneCache.name(int(a.Zone))
	} else {
		address.IP = IPv4(a.IP[0], a.IP[1], a.IP[2], a.IP[3])
	}
	return address
}

// The name that is dialled, in the context of its connections.
type warpgridHostKey struct{}

func warpgridDialContext(ctx context.Context, address string) context.Context {
	host, _, err := SplitHostPort(address)
	if err != nil {
		return ctx
	}
	return context.WithValue(ctx, warpgridHostKey{}, host)
}

// Options of sockets. What the host takes care of itself succeeds.

func warpgridSetKeepAlive(fd *netFD, on bool, idle time.Duration) error {
	if fd.fakeNetFD != nil {
		return nil
	}
	errno := warpgrid.SetKeepAlive(fd.pfd.Sysfd, on, uint64(max(idle, 0)))
	if errno != 0 {
		return os.NewSyscallError("setsockopt", syscall.Errno(errno))
	}
	return nil
}
