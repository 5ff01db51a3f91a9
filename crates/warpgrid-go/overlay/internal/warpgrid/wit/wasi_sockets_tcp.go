// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

// The cases of shutdown-type.
const (
	SocketsTcpShutdownTypeReceive = 0
	SocketsTcpShutdownTypeSend    = 1
	SocketsTcpShutdownTypeBoth    = 2
)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.start-bind
//go:noescape
func SocketsTcpTcpSocketStartBind(p0 uint32, p1 uint32, p2 uint32, p3 uint32, p4 uint32, p5 uint32, p6 uint32, p7 uint32, p8 uint32, p9 uint32, p10 uint32, p11 uint32, p12 uint32, p13 uint32, p14 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.finish-bind
//go:noescape
func SocketsTcpTcpSocketFinishBind(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.start-connect
//go:noescape
func SocketsTcpTcpSocketStartConnect(p0 uint32, p1 uint32, p2 uint32, p3 uint32, p4 uint32, p5 uint32, p6 uint32, p7 uint32, p8 uint32, p9 uint32, p10 uint32, p11 uint32, p12 uint32, p13 uint32, p14 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.finish-connect
//go:noescape
func SocketsTcpTcpSocketFinishConnect(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.start-listen
//go:noescape
func SocketsTcpTcpSocketStartListen(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.finish-listen
//go:noescape
func SocketsTcpTcpSocketFinishListen(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.accept
//go:noescape
func SocketsTcpTcpSocketAccept(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.local-address
//go:noescape
func SocketsTcpTcpSocketLocalAddress(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.remote-address
//go:noescape
func SocketsTcpTcpSocketRemoteAddress(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.is-listening
//go:noescape
func SocketsTcpTcpSocketIsListening(p0 uint32) uint32

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.address-family
//go:noescape
func SocketsTcpTcpSocketAddressFamily(p0 uint32) uint32

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.set-listen-backlog-size
//go:noescape
func SocketsTcpTcpSocketSetListenBacklogSize(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.keep-alive-enabled
//go:noescape
func SocketsTcpTcpSocketKeepAliveEnabled(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.set-keep-alive-enabled
//go:noescape
func SocketsTcpTcpSocketSetKeepAliveEnabled(p0 uint32, p1 uint32, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.keep-alive-idle-time
//go:noescape
func SocketsTcpTcpSocketKeepAliveIdleTime(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.set-keep-alive-idle-time
//go:noescape
func SocketsTcpTcpSocketSetKeepAliveIdleTime(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.keep-alive-interval
//go:noescape
func SocketsTcpTcpSocketKeepAliveInterval(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.set-keep-alive-interval
//go:noescape
func SocketsTcpTcpSocketSetKeepAliveInterval(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.keep-alive-count
//go:noescape
func SocketsTcpTcpSocketKeepAliveCount(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.set-keep-alive-count
//go:noescape
func SocketsTcpTcpSocketSetKeepAliveCount(p0 uint32, p1 uint32, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.hop-limit
//go:noescape
func SocketsTcpTcpSocketHopLimit(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.set-hop-limit
//go:noescape
func SocketsTcpTcpSocketSetHopLimit(p0 uint32, p1 uint32, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.receive-buffer-size
//go:noescape
func SocketsTcpTcpSocketReceiveBufferSize(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.set-receive-buffer-size
//go:noescape
func SocketsTcpTcpSocketSetReceiveBufferSize(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.send-buffer-size
//go:noescape
func SocketsTcpTcpSocketSendBufferSize(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.set-send-buffer-size
//go:noescape
func SocketsTcpTcpSocketSetSendBufferSize(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.subscribe
//go:noescape
func SocketsTcpTcpSocketSubscribe(p0 uint32) uint32

//go:wasmimport wasi:sockets/tcp@0.2.12 [method]tcp-socket.shutdown
//go:noescape
func SocketsTcpTcpSocketShutdown(p0 uint32, p1 uint32, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/tcp@0.2.12 [resource-drop]tcp-socket
//go:noescape
func SocketsTcpDropTcpSocket(p0 uint32)
