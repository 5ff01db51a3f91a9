// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

//go:wasmimport warpgrid:shim/filesystem@0.1.0 read-virtual
//go:noescape
func FilesystemReadVirtual(p0 unsafe.Pointer, p1 uint32, p2 unsafe.Pointer)

//go:wasmimport warpgrid:shim/filesystem@0.1.0 is-virtual
//go:noescape
func FilesystemIsVirtual(p0 unsafe.Pointer, p1 uint32) uint32

//go:wasmimport warpgrid:shim/filesystem@0.1.0 list-virtual-paths
//go:noescape
func FilesystemListVirtualPaths(p0 unsafe.Pointer)
