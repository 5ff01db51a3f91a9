// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

//go:wasmimport wasi:sockets/instance-network@0.2.12 instance-network
//go:noescape
func SocketsInstanceNetworkInstanceNetwork() uint32
