// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

//go:wasmimport warpgrid:shim/dns-reverse@0.1.0 lookup
//go:noescape
func DnsReverseLookup(p0 unsafe.Pointer, p1 uint32, p2 uint32, p3 unsafe.Pointer)
