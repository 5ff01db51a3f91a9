// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.start-bind
//go:noescape
func SocketsUdpUdpSocketStartBind(p0 uint32, p1 uint32, p2 uint32, p3 uint32, p4 uint32, p5 uint32, p6 uint32, p7 uint32, p8 uint32, p9 uint32, p10 uint32, p11 uint32, p12 uint32, p13 uint32, p14 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.finish-bind
//go:noescape
func SocketsUdpUdpSocketFinishBind(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.stream
//go:noescape
func SocketsUdpUdpSocketStream(p0 uint32, p1 uint32, p2 uint32, p3 uint32, p4 uint32, p5 uint32, p6 uint32, p7 uint32, p8 uint32, p9 uint32, p10 uint32, p11 uint32, p12 uint32, p13 uint32, p14 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.local-address
//go:noescape
func SocketsUdpUdpSocketLocalAddress(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.remote-address
//go:noescape
func SocketsUdpUdpSocketRemoteAddress(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.address-family
//go:noescape
func SocketsUdpUdpSocketAddressFamily(p0 uint32) uint32

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.unicast-hop-limit
//go:noescape
func SocketsUdpUdpSocketUnicastHopLimit(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.set-unicast-hop-limit
//go:noescape
func SocketsUdpUdpSocketSetUnicastHopLimit(p0 uint32, p1 uint32, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.receive-buffer-size
//go:noescape
func SocketsUdpUdpSocketReceiveBufferSize(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.set-receive-buffer-size
//go:noescape
func SocketsUdpUdpSocketSetReceiveBufferSize(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.send-buffer-size
//go:noescape
func SocketsUdpUdpSocketSendBufferSize(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.set-send-buffer-size
//go:noescape
func SocketsUdpUdpSocketSetSendBufferSize(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]udp-socket.subscribe
//go:noescape
func SocketsUdpUdpSocketSubscribe(p0 uint32) uint32

//go:wasmimport wasi:sockets/udp@0.2.12 [method]incoming-datagram-stream.receive
//go:noescape
func SocketsUdpIncomingDatagramStreamReceive(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]incoming-datagram-stream.subscribe
//go:noescape
func SocketsUdpIncomingDatagramStreamSubscribe(p0 uint32) uint32

//go:wasmimport wasi:sockets/udp@0.2.12 [method]outgoing-datagram-stream.check-send
//go:noescape
func SocketsUdpOutgoingDatagramStreamCheckSend(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]outgoing-datagram-stream.send
//go:noescape
func SocketsUdpOutgoingDatagramStreamSend(p0 uint32, p1 unsafe.Pointer, p2 uint32, p3 unsafe.Pointer)

//go:wasmimport wasi:sockets/udp@0.2.12 [method]outgoing-datagram-stream.subscribe
//go:noescape
func SocketsUdpOutgoingDatagramStreamSubscribe(p0 uint32) uint32

//go:wasmimport wasi:sockets/udp@0.2.12 [resource-drop]udp-socket
//go:noescape
func SocketsUdpDropUdpSocket(p0 uint32)

//go:wasmimport wasi:sockets/udp@0.2.12 [resource-drop]incoming-datagram-stream
//go:noescape
func SocketsUdpDropIncomingDatagramStream(p0 uint32)

//go:wasmimport wasi:sockets/udp@0.2.12 [resource-drop]outgoing-datagram-stream
//go:noescape
func SocketsUdpDropOutgoingDatagramStream(p0 uint32)
