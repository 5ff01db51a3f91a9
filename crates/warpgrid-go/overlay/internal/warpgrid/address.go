package warpgrid

import (
	"internal/warpgrid/wit"
	"unsafe"
)

// Address is an endpoint of TCP or UDP.
type Address struct {
	IP   [16]byte
	V6   bool // otherwise the first four bytes count
	Port uint16
	Zone uint32
}

// An ip-socket-address as arguments: its case, and what both cases have room
// for.
type flatAddress [12]uint32

func (a *Address) flat() (f flatAddress) {
	f[1] = uint32(a.Port)
	if !a.V6 {
		for i := range 4 {
			f[2+i] = uint32(a.IP[i])
		}
		return f
	}
	f[0] = 1
	for i := range 8 {
		f[3+i] = uint32(a.IP[2*i])<<8 | uint32(a.IP[2*i+1])
	}
	f[11] = a.Zone
	return f
}

// An ip-socket-address in memory.
type socketAddress [8]uint32

func (a *Address) socket() (s socketAddress) {
	b := (*[32]byte)(unsafe.Pointer(&s))
	b[4], b[5] = byte(a.Port), byte(a.Port>>8)
	if !a.V6 {
		copy(b[6:10], a.IP[:4])
		return s
	}
	b[0] = 1
	for i := range 8 {
		b[12+2*i], b[13+2*i] = a.IP[2*i+1], a.IP[2*i]
	}
	s[7] = a.Zone
	return s
}

func (s *socketAddress) address() (a Address) {
	b := (*[32]byte)(unsafe.Pointer(s))
	a.Port = uint16(b[4]) | uint16(b[5])<<8
	if b[0] == 0 {
		copy(a.IP[:4], b[6:10])
		return a
	}
	a.V6 = true
	for i := range 8 {
		a.IP[2*i], a.IP[2*i+1] = b[13+2*i], b[12+2*i]
	}
	a.Zone = s[7]
	return a
}

// A result<ip-socket-address, error-code>.
type addressResult struct {
	failed uint32
	socketAddress
}

func (r *addressResult) get() (Address, Errno) {
	if uint8(r.failed) != 0 {
		return Address{}, errnoOfNetwork(uint8(r.socketAddress[0]))
	}
	return r.address(), 0
}

func (a *Address) family() uint32 {
	if a.V6 {
		return wit.SocketsNetworkIpAddressFamilyIpv6
	}
	return wit.SocketsNetworkIpAddressFamilyIpv4
}

// v4 is the IPv4 address that an IPv6 address stands for, if it does.
func (a Address) v4() (Address, bool) {
	for i, b := range a.IP[:12] {
		if want := byte(0xff); i < 10 && b != 0 || i >= 10 && b != want {
			return a, false
		}
	}
	var v4 Address
	copy(v4.IP[:4], a.IP[12:])
	v4.Port = a.Port
	return v4, true
}

// plain is the address as the host speaks of it: IPv4 as IPv4.
func (a Address) plain() Address {
	if a.V6 {
		a, _ = a.v4()
	}
	return a
}
