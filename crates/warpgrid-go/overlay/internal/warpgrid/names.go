package warpgrid

import (
	"internal/warpgrid/wit"
	"unsafe"
)

// The most addresses or names of one answer; more are left out.
const mostNames = 64

// NameError says why a name has no answer.
type NameError uint8

const (
	NotFound  NameError = 1 + NameError(wit.DnsDnsErrorNotFound)
	NoAnswer  NameError = 1 + NameError(wit.DnsDnsErrorTimeout)
	Unhealthy NameError = 1 + NameError(wit.DnsDnsErrorInternal)
)

// Resolve writes the addresses of a name and gives their number.
func Resolve(name string, addresses *[mostNames]Address) (int, NameError) {
	if !isText(name) {
		return 0, NotFound
	}
	var room [4096]byte
	var result listResult
	lend(room[:])
	wit.DnsResolve(unsafe.Pointer(unsafe.StringData(name)), uint32(len(name)), unsafe.Pointer(&result))
	if result.failed != 0 {
		return 0, 1 + NameError(uint8(result.a))
	}
	type record struct {
		octets, length uint32
		v6             uint8
	}
	n := int(min(result.b, mostNames))
	for i, r := range unsafe.Slice((*record)(unsafe.Pointer(uintptr(result.a))), n) {
		addresses[i] = Address{V6: r.v6 != 0}
		copy(addresses[i].IP[:], at(r.octets, r.length))
	}
	return n, 0
}

// Names gives the names of an address.
func Names(address Address) ([]string, NameError) {
	address = address.plain()
	length, v6 := uint32(4), uint32(0)
	if address.V6 {
		length, v6 = 16, 1
	}
	room := make([]byte, 16<<10)
	var result listResult
	lend(room)
	wit.DnsReverseLookup(unsafe.Pointer(&address.IP), length, v6, unsafe.Pointer(&result))
	if result.failed != 0 {
		return nil, 1 + NameError(uint8(result.a))
	}
	defer giveBack(keep())
	type record struct{ p, length uint32 }
	n := int(min(result.b, mostNames))
	names := make([]string, 0, n)
	for _, r := range unsafe.Slice((*record)(unsafe.Pointer(uintptr(result.a))), n) {
		names = append(names, string(at(r.p, r.length)))
	}
	return names, 0
}
