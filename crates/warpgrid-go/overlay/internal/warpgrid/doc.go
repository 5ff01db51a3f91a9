// Package warpgrid is what the standard library knows of the host: sockets
// over wasi:sockets, database connections that the host pools and logs in,
// names and virtual files, and the streams of wasi:http.
//
// Nothing here waits, but for names and for connections to databases, whose
// calls have no other form. A descriptor that cannot go on gives EAGAIN; what
// it waits for is known to the poller, which stands in package runtime and asks
// the host about all of them at once.
//
// The signatures of the host's functions are in package wit, generated from the
// contract. How their results lie in memory is the canonical ABI's:
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md
package warpgrid
