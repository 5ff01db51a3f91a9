// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

// The cases of db-protocol.
const (
	DatabaseProxyDbProtocolPostgres = 0
	DatabaseProxyDbProtocolMysql    = 1
	DatabaseProxyDbProtocolRedis    = 2
)

// The cases of db-error.
const (
	DatabaseProxyDbErrorConnectionRefused = 0
	DatabaseProxyDbErrorTimeout           = 1
	DatabaseProxyDbErrorProtocolError     = 2
	DatabaseProxyDbErrorPoolExhausted     = 3
	DatabaseProxyDbErrorClosed            = 4
)

//go:wasmimport warpgrid:shim/database-proxy@0.1.0 connect
//go:noescape
func DatabaseProxyConnect(p0 uint32, p1 unsafe.Pointer, p2 uint32, p3 uint32, p4 uint32, p5 unsafe.Pointer, p6 uint32, p7 uint32, p8 unsafe.Pointer)

//go:wasmimport warpgrid:shim/database-proxy@0.1.0 send
//go:noescape
func DatabaseProxySend(p0 uint64, p1 unsafe.Pointer, p2 uint32, p3 unsafe.Pointer)

//go:wasmimport warpgrid:shim/database-proxy@0.1.0 recv
//go:noescape
func DatabaseProxyRecv(p0 uint64, p1 uint32, p2 unsafe.Pointer)

//go:wasmimport warpgrid:shim/database-proxy@0.1.0 close
//go:noescape
func DatabaseProxyClose(p0 uint64)
