// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

// The cases of dns-error.
const (
	DnsDnsErrorNotFound = 0
	DnsDnsErrorTimeout  = 1
	DnsDnsErrorInternal = 2
)

//go:wasmimport warpgrid:shim/dns@0.1.0 resolve
//go:noescape
func DnsResolve(p0 unsafe.Pointer, p1 uint32, p2 unsafe.Pointer)
