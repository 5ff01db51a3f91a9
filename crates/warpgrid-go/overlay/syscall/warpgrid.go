//go:build wasip1

package syscall

import "internal/warpgrid"

// What package syscall does with descriptors that are not WASI preview 1's.

func warpgridErr(errno warpgrid.Errno) error {
	return errnoErr(Errno(errno))
}

func warpgridRead(fd int, b []byte) (int, error) {
	n, errno := warpgrid.Read(fd, b)
	if errno != 0 {
		return -1, warpgridErr(errno)
	}
	return n, nil
}

func warpgridWrite(fd int, b []byte) (int, error) {
	n, errno := warpgrid.Write(fd, b)
	if errno != 0 {
		return -1, warpgridErr(errno)
	}
	return n, nil
}

func warpgridAccept(fd int) (int, Sockaddr, error) {
	connection, errno := warpgrid.Accept(fd)
	return connection, nil, warpgridErr(errno)
}

func warpgridShutdown(fd int, how int) error {
	return warpgridErr(warpgrid.Shutdown(fd, how&SHUT_RD != 0, how&SHUT_WR != 0))
}
