// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

// The cases of stream-error.
const (
	IoStreamsStreamErrorLastOperationFailed = 0
	IoStreamsStreamErrorClosed              = 1
)

//go:wasmimport wasi:io/streams@0.2.12 [method]input-stream.read
//go:noescape
func IoStreamsInputStreamRead(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]input-stream.blocking-read
//go:noescape
func IoStreamsInputStreamBlockingRead(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]input-stream.skip
//go:noescape
func IoStreamsInputStreamSkip(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]input-stream.blocking-skip
//go:noescape
func IoStreamsInputStreamBlockingSkip(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]input-stream.subscribe
//go:noescape
func IoStreamsInputStreamSubscribe(p0 uint32) uint32

//go:wasmimport wasi:io/streams@0.2.12 [method]output-stream.check-write
//go:noescape
func IoStreamsOutputStreamCheckWrite(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]output-stream.write
//go:noescape
func IoStreamsOutputStreamWrite(p0 uint32, p1 unsafe.Pointer, p2 uint32, p3 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]output-stream.blocking-write-and-flush
//go:noescape
func IoStreamsOutputStreamBlockingWriteAndFlush(p0 uint32, p1 unsafe.Pointer, p2 uint32, p3 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]output-stream.flush
//go:noescape
func IoStreamsOutputStreamFlush(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]output-stream.blocking-flush
//go:noescape
func IoStreamsOutputStreamBlockingFlush(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]output-stream.subscribe
//go:noescape
func IoStreamsOutputStreamSubscribe(p0 uint32) uint32

//go:wasmimport wasi:io/streams@0.2.12 [method]output-stream.write-zeroes
//go:noescape
func IoStreamsOutputStreamWriteZeroes(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]output-stream.blocking-write-zeroes-and-flush
//go:noescape
func IoStreamsOutputStreamBlockingWriteZeroesAndFlush(p0 uint32, p1 uint64, p2 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]output-stream.splice
//go:noescape
func IoStreamsOutputStreamSplice(p0 uint32, p1 uint32, p2 uint64, p3 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]output-stream.blocking-splice
//go:noescape
func IoStreamsOutputStreamBlockingSplice(p0 uint32, p1 uint32, p2 uint64, p3 unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [resource-drop]input-stream
//go:noescape
func IoStreamsDropInputStream(p0 uint32)

//go:wasmimport wasi:io/streams@0.2.12 [resource-drop]output-stream
//go:noescape
func IoStreamsDropOutputStream(p0 uint32)
