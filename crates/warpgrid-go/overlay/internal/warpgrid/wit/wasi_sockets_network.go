// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

// The cases of error-code.
const (
	SocketsNetworkErrorCodeUnknown                  = 0
	SocketsNetworkErrorCodeAccessDenied             = 1
	SocketsNetworkErrorCodeNotSupported             = 2
	SocketsNetworkErrorCodeInvalidArgument          = 3
	SocketsNetworkErrorCodeOutOfMemory              = 4
	SocketsNetworkErrorCodeTimeout                  = 5
	SocketsNetworkErrorCodeConcurrencyConflict      = 6
	SocketsNetworkErrorCodeNotInProgress            = 7
	SocketsNetworkErrorCodeWouldBlock               = 8
	SocketsNetworkErrorCodeInvalidState             = 9
	SocketsNetworkErrorCodeNewSocketLimit           = 10
	SocketsNetworkErrorCodeAddressNotBindable       = 11
	SocketsNetworkErrorCodeAddressInUse             = 12
	SocketsNetworkErrorCodeRemoteUnreachable        = 13
	SocketsNetworkErrorCodeConnectionRefused        = 14
	SocketsNetworkErrorCodeConnectionReset          = 15
	SocketsNetworkErrorCodeConnectionAborted        = 16
	SocketsNetworkErrorCodeDatagramTooLarge         = 17
	SocketsNetworkErrorCodeNameUnresolvable         = 18
	SocketsNetworkErrorCodeTemporaryResolverFailure = 19
	SocketsNetworkErrorCodePermanentResolverFailure = 20
)

// The cases of ip-address-family.
const (
	SocketsNetworkIpAddressFamilyIpv4 = 0
	SocketsNetworkIpAddressFamilyIpv6 = 1
)

// The cases of ip-address.
const (
	SocketsNetworkIpAddressIpv4 = 0
	SocketsNetworkIpAddressIpv6 = 1
)

// The cases of ip-socket-address.
const (
	SocketsNetworkIpSocketAddressIpv4 = 0
	SocketsNetworkIpSocketAddressIpv6 = 1
)

//go:wasmimport wasi:sockets/network@0.2.12 [resource-drop]network
//go:noescape
func SocketsNetworkDropNetwork(p0 uint32)
