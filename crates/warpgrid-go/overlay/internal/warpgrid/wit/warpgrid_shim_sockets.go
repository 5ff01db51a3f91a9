// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

//go:wasmimport warpgrid:shim/sockets@0.1.0 route
//go:noescape
func SocketsRoute(p0 unsafe.Pointer, p1 uint32, p2 uint32, p3 unsafe.Pointer)

//go:wasmimport warpgrid:shim/sockets@0.1.0 try-recv
//go:noescape
func SocketsTryRecv(p0 uint64, p1 uint32, p2 unsafe.Pointer)

//go:wasmimport warpgrid:shim/sockets@0.1.0 wait
//go:noescape
func SocketsWait(p0 unsafe.Pointer, p1 uint32, p2 uint32, p3 uint64) uint32

//go:wasmimport warpgrid:shim/sockets@0.1.0 subscribe
//go:noescape
func SocketsSubscribe(p0 uint64) uint32
