// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

// The cases of threading-model.
const (
	ThreadingThreadingModelSingleThreaded   = 0
	ThreadingThreadingModelCooperative      = 1
	ThreadingThreadingModelParallelRequired = 2
)

//go:wasmimport warpgrid:shim/threading@0.1.0 declare-threading-model
//go:noescape
func ThreadingDeclareThreadingModel(p0 uint32)
