// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

//go:wasmimport wasi:io/poll@0.2.12 [method]pollable.ready
//go:noescape
func IoPollPollableReady(p0 uint32) uint32

//go:wasmimport wasi:io/poll@0.2.12 [method]pollable.block
//go:noescape
func IoPollPollableBlock(p0 uint32)

//go:wasmimport wasi:io/poll@0.2.12 poll
//go:noescape
func IoPollPoll(p0 unsafe.Pointer, p1 uint32, p2 unsafe.Pointer)

//go:wasmimport wasi:io/poll@0.2.12 [resource-drop]pollable
//go:noescape
func IoPollDropPollable(p0 uint32)
