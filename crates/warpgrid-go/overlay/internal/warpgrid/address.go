package warpgrid

import "unsafe"

// Address is an endpoint of TCP.
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

// A result<ip-socket-address, error-code>.
type addressResult [9]uint32

func (r *addressResult) address() (a Address, errno Errno) {
	b := (*[36]byte)(unsafe.Pointer(r))
	if b[0] != 0 {
		return a, errnoOfNetwork(b[4])
	}
	a.Port = uint16(b[8]) | uint16(b[9])<<8
	if b[4] == 0 {
		copy(a.IP[:4], b[10:14])
		return a, 0
	}
	a.V6 = true
	for i := range 8 {
		a.IP[2*i], a.IP[2*i+1] = b[17+2*i], b[16+2*i]
	}
	a.Zone = r[8]
	return a, 0
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
