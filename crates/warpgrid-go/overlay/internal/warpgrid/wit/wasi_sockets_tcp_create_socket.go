// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

//go:wasmimport wasi:sockets/tcp-create-socket@0.2.12 create-tcp-socket
//go:noescape
func SocketsTcpCreateSocketCreateTcpSocket(p0 uint32, p1 unsafe.Pointer)
