package warpgrid

var (
	// Handler says whether the host calls the program for each request; package
	// net/http sets it. Listeners are then within the program: requests come by
	// wasi:http.
	Handler bool
	// Main is the program's main function, which nobody calls by itself in a
	// handler; package runtime sets it.
	Main func()
)
