// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

//go:wasmimport wasi:io/error@0.2.12 [method]error.to-debug-string
//go:noescape
func IoErrorErrorToDebugString(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:io/error@0.2.12 [resource-drop]error
//go:noescape
func IoErrorDropError(p0 uint32)
