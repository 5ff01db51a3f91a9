// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

//go:wasmimport wasi:sockets/udp-create-socket@0.2.12 create-udp-socket
//go:noescape
func SocketsUdpCreateSocketCreateUdpSocket(p0 uint32, p1 unsafe.Pointer)
