package warpgrid

import "internal/warpgrid/wit"

// Errno is an error as package syscall numbers it on this target; zero is none.
type Errno uint32

// The numbers are those of WASI preview 1, which package syscall has, too.
const (
	EACCES        Errno = 2
	EADDRINUSE    Errno = 3
	EADDRNOTAVAIL Errno = 4
	EAGAIN        Errno = 6
	EBADF         Errno = 8
	EBUSY         Errno = 10
	ECONNABORTED  Errno = 13
	ECONNREFUSED  Errno = 14
	ECONNRESET    Errno = 15
	EHOSTUNREACH  Errno = 23
	EINVAL        Errno = 28
	EIO           Errno = 29
	EISDIR        Errno = 31
	EMFILE        Errno = 33
	EMSGSIZE      Errno = 35
	ENOMEM        Errno = 48
	ENOTCONN      Errno = 53
	ENOTSOCK      Errno = 57
	ENOTSUP       Errno = 58
	EPIPE         Errno = 64
	EPROTO        Errno = 65
	ETIMEDOUT     Errno = 73
)

// errnoOfNetwork is for the error codes of wasi:sockets.
func errnoOfNetwork(code uint8) Errno {
	switch code {
	case wit.SocketsNetworkErrorCodeAccessDenied:
		return EACCES
	case wit.SocketsNetworkErrorCodeNotSupported:
		return ENOTSUP
	case wit.SocketsNetworkErrorCodeInvalidArgument, wit.SocketsNetworkErrorCodeInvalidState:
		return EINVAL
	case wit.SocketsNetworkErrorCodeOutOfMemory:
		return ENOMEM
	case wit.SocketsNetworkErrorCodeTimeout:
		return ETIMEDOUT
	case wit.SocketsNetworkErrorCodeWouldBlock:
		return EAGAIN
	case wit.SocketsNetworkErrorCodeNewSocketLimit:
		return EMFILE
	case wit.SocketsNetworkErrorCodeAddressNotBindable:
		return EADDRNOTAVAIL
	case wit.SocketsNetworkErrorCodeAddressInUse:
		return EADDRINUSE
	case wit.SocketsNetworkErrorCodeRemoteUnreachable:
		return EHOSTUNREACH
	case wit.SocketsNetworkErrorCodeConnectionRefused:
		return ECONNREFUSED
	case wit.SocketsNetworkErrorCodeConnectionReset:
		return ECONNRESET
	case wit.SocketsNetworkErrorCodeConnectionAborted:
		return ECONNABORTED
	case wit.SocketsNetworkErrorCodeDatagramTooLarge:
		return EMSGSIZE
	}
	return EIO
}

// errnoOfDatabase is for the errors of database-proxy.
func errnoOfDatabase(code uint8) Errno {
	switch code {
	case wit.DatabaseProxyDbErrorConnectionRefused:
		return ECONNREFUSED
	case wit.DatabaseProxyDbErrorTimeout:
		return ETIMEDOUT
	case wit.DatabaseProxyDbErrorPoolExhausted:
		return EBUSY
	case wit.DatabaseProxyDbErrorClosed:
		return ECONNRESET
	}
	return EPROTO
}
