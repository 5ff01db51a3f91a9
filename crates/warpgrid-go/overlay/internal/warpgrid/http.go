package warpgrid

import (
	"internal/warpgrid/wit"
	"unsafe"
)

// A body is one direction of a request of wasi:http.
type body struct {
	channel
}

func (b *body) shutdown(read, write bool) Errno {
	return 0
}

func (b *body) close() {
	b.closeIn()
	b.closeOut()
}

// A result<handle>, or an option of one.
type ownResult struct {
	failed uint8
	handle uint32
}

// Field is a header or a trailer.
type Field struct{ Name, Value string }

// A Request is an incoming-request and, once it is consumed, its body.
type Request struct {
	Method, Path, Authority string
	Header                  []Field
	body                    uint32 // incoming-body
}

// The methods by their cases.
var methods = [...]string{
	wit.HttpTypesMethodGet:     "GET",
	wit.HttpTypesMethodHead:    "HEAD",
	wit.HttpTypesMethodPost:    "POST",
	wit.HttpTypesMethodPut:     "PUT",
	wit.HttpTypesMethodDelete:  "DELETE",
	wit.HttpTypesMethodConnect: "CONNECT",
	wit.HttpTypesMethodOptions: "OPTIONS",
	wit.HttpTypesMethodTrace:   "TRACE",
	wit.HttpTypesMethodPatch:   "PATCH",
}

// NewRequest reads all of a request but its body, which FD gives.
func NewRequest(handle uint32) *Request {
	r := &Request{}
	taken := func(p, length uint32) string {
		defer giveBack(keep())
		return string(at(p, length))
	}
	// A variant of cases without a value and one with a string.
	var method struct {
		kind      uint8
		p, length uint32
	}
	lend(nil)
	wit.HttpTypesIncomingRequestMethod(handle, unsafe.Pointer(&method))
	if int(method.kind) < len(methods) {
		r.Method = methods[method.kind]
	} else {
		r.Method = taken(method.p, method.length)
	}
	var text listResult // an option<string>
	lend(nil)
	wit.HttpTypesIncomingRequestPathWithQuery(handle, unsafe.Pointer(&text))
	if text.failed != 0 {
		r.Path = taken(text.a, text.b)
	}
	text = listResult{}
	lend(nil)
	wit.HttpTypesIncomingRequestAuthority(handle, unsafe.Pointer(&text))
	if text.failed != 0 {
		r.Authority = taken(text.a, text.b)
	}
	fields := wit.HttpTypesIncomingRequestHeaders(handle)
	r.Header = entries(fields)
	wit.HttpTypesDropFields(fields)
	var result ownResult
	wit.HttpTypesIncomingRequestConsume(handle, unsafe.Pointer(&result))
	if result.failed == 0 {
		r.body = result.handle
	}
	wit.HttpTypesDropIncomingRequest(handle)
	return r
}

// entries gives the fields' names and values.
func entries(fields uint32) []Field {
	var list struct{ p, length uint32 }
	lend(nil)
	wit.HttpTypesFieldsEntries(fields, unsafe.Pointer(&list))
	defer giveBack(keep())
	type entry struct{ name, nameLength, value, valueLength uint32 }
	all := make([]Field, 0, list.length)
	for _, e := range unsafe.Slice((*entry)(unsafe.Pointer(uintptr(list.p))), int(list.length)) {
		all = append(all, Field{string(at(e.name, e.nameLength)), string(at(e.value, e.valueLength))})
	}
	return all
}

// FD opens the body to be read; below zero where there is none.
func (r *Request) FD() int {
	if r.body == 0 {
		return -1
	}
	var result ownResult
	wit.HttpTypesIncomingBodyStream(r.body, unsafe.Pointer(&result))
	if result.failed != 0 {
		return -1
	}
	b := &body{newChannel(result.handle, 0)}
	return add(b, b.readable, 0)
}

// Trailers gives what follows a body that was read to its end and closed.
func (r *Request) Trailers() []Field {
	if r.body == 0 {
		return nil
	}
	future := wit.HttpTypesIncomingBodyFinish(r.body)
	r.body = 0
	defer wit.HttpTypesDropFutureTrailers(future)
	// An option of a result of a result of an option of fields, with an
	// error-code, which is aligned as its largest case.
	var result [8]uint64
	b := (*[64]byte)(unsafe.Pointer(&result))
	lend(nil)
	wit.HttpTypesFutureTrailersGet(future, unsafe.Pointer(&result))
	if b[0] == 0 {
		ready := wit.HttpTypesFutureTrailersSubscribe(future)
		wit.IoPollPollableBlock(ready)
		wit.IoPollDropPollable(ready)
		lend(nil)
		wit.HttpTypesFutureTrailersGet(future, unsafe.Pointer(&result))
	}
	if b[0] == 0 || b[8] != 0 || b[16] != 0 || b[24] == 0 {
		return nil
	}
	fields := *(*uint32)(unsafe.Pointer(&b[28]))
	defer wit.HttpTypesDropFields(fields)
	return entries(fields)
}

// Drop gives up what was not read.
func (r *Request) Drop() {
	if r.body != 0 {
		wit.HttpTypesDropIncomingBody(r.body)
		r.body = 0
	}
}

// newFields makes headers or trailers. What wasi:http refuses, because it is
// the host's to say, is left out.
func newFields(all []Field) uint32 {
	fields := wit.HttpTypesNewFields()
	for _, f := range all {
		var result unitResult
		wit.HttpTypesFieldsAppend(fields, unsafe.Pointer(unsafe.StringData(f.Name)), uint32(len(f.Name)),
			unsafe.Pointer(unsafe.StringData(f.Value)), uint32(len(f.Value)), unsafe.Pointer(&result))
	}
	return fields
}

// A Response is an outgoing response whose header was sent.
type Response struct {
	body uint32 // outgoing-body
	fd   int
}

// Respond sends a response's header by an outparam; its body goes to FD.
func Respond(outparam uint32, status int, header []Field) *Response {
	response := wit.HttpTypesNewOutgoingResponse(newFields(header))
	wit.HttpTypesOutgoingResponseSetStatusCode(response, uint32(status))
	var result ownResult
	wit.HttpTypesOutgoingResponseBody(response, unsafe.Pointer(&result))
	r := &Response{body: result.handle, fd: -1}
	wit.HttpTypesOutgoingBodyWrite(r.body, unsafe.Pointer(&result))
	out := result.handle
	wit.HttpTypesResponseOutparamSet(outparam, 0, response, 0, 0, nil, nil, 0, 0)
	b := &body{newChannel(0, out)}
	r.fd = add(b, 0, b.writable)
	return r
}

// DropOutparam gives up responding.
func DropOutparam(outparam uint32) {
	wit.HttpTypesDropResponseOutparam(outparam)
}

// FD is where the body is written to.
func (r *Response) FD() int { return r.fd }

// Gone says whether nobody reads the response any more.
func (r *Response) Gone() bool {
	b, ok := of(r.fd).(*body)
	return ok && b.gone()
}

// Finish ends a body whose descriptor is closed, with trailers where there are
// some.
func (r *Response) Finish(trailers []Field) {
	some, fields := uint32(0), uint32(0)
	if len(trailers) > 0 {
		some, fields = 1, newFields(trailers)
	}
	var result [8]uint64
	lend(nil)
	wit.HttpTypesOutgoingBodyFinish(r.body, some, fields, unsafe.Pointer(&result))
}

// Abort ends a body in the middle, whose descriptor is closed.
func (r *Response) Abort() {
	wit.HttpTypesDropOutgoingBody(r.body)
}
