// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.

package wit

import "unsafe"

// The cases of method.
const (
	HttpTypesMethodGet     = 0
	HttpTypesMethodHead    = 1
	HttpTypesMethodPost    = 2
	HttpTypesMethodPut     = 3
	HttpTypesMethodDelete  = 4
	HttpTypesMethodConnect = 5
	HttpTypesMethodOptions = 6
	HttpTypesMethodTrace   = 7
	HttpTypesMethodPatch   = 8
	HttpTypesMethodOther   = 9
)

// The cases of scheme.
const (
	HttpTypesSchemeHTTP  = 0
	HttpTypesSchemeHTTPS = 1
	HttpTypesSchemeOther = 2
)

// The cases of error-code.
const (
	HttpTypesErrorCodeDNSTimeout                     = 0
	HttpTypesErrorCodeDNSError                       = 1
	HttpTypesErrorCodeDestinationNotFound            = 2
	HttpTypesErrorCodeDestinationUnavailable         = 3
	HttpTypesErrorCodeDestinationIPProhibited        = 4
	HttpTypesErrorCodeDestinationIPUnroutable        = 5
	HttpTypesErrorCodeConnectionRefused              = 6
	HttpTypesErrorCodeConnectionTerminated           = 7
	HttpTypesErrorCodeConnectionTimeout              = 8
	HttpTypesErrorCodeConnectionReadTimeout          = 9
	HttpTypesErrorCodeConnectionWriteTimeout         = 10
	HttpTypesErrorCodeConnectionLimitReached         = 11
	HttpTypesErrorCodeTLSProtocolError               = 12
	HttpTypesErrorCodeTLSCertificateError            = 13
	HttpTypesErrorCodeTLSAlertReceived               = 14
	HttpTypesErrorCodeHTTPRequestDenied              = 15
	HttpTypesErrorCodeHTTPRequestLengthRequired      = 16
	HttpTypesErrorCodeHTTPRequestBodySize            = 17
	HttpTypesErrorCodeHTTPRequestMethodInvalid       = 18
	HttpTypesErrorCodeHTTPRequestURIInvalid          = 19
	HttpTypesErrorCodeHTTPRequestURITooLong          = 20
	HttpTypesErrorCodeHTTPRequestHeaderSectionSize   = 21
	HttpTypesErrorCodeHTTPRequestHeaderSize          = 22
	HttpTypesErrorCodeHTTPRequestTrailerSectionSize  = 23
	HttpTypesErrorCodeHTTPRequestTrailerSize         = 24
	HttpTypesErrorCodeHTTPResponseIncomplete         = 25
	HttpTypesErrorCodeHTTPResponseHeaderSectionSize  = 26
	HttpTypesErrorCodeHTTPResponseHeaderSize         = 27
	HttpTypesErrorCodeHTTPResponseBodySize           = 28
	HttpTypesErrorCodeHTTPResponseTrailerSectionSize = 29
	HttpTypesErrorCodeHTTPResponseTrailerSize        = 30
	HttpTypesErrorCodeHTTPResponseTransferCoding     = 31
	HttpTypesErrorCodeHTTPResponseContentCoding      = 32
	HttpTypesErrorCodeHTTPResponseTimeout            = 33
	HttpTypesErrorCodeHTTPUpgradeFailed              = 34
	HttpTypesErrorCodeHTTPProtocolError              = 35
	HttpTypesErrorCodeLoopDetected                   = 36
	HttpTypesErrorCodeConfigurationError             = 37
	HttpTypesErrorCodeInternalError                  = 38
)

// The cases of header-error.
const (
	HttpTypesHeaderErrorInvalidSyntax = 0
	HttpTypesHeaderErrorForbidden     = 1
	HttpTypesHeaderErrorImmutable     = 2
)

//go:wasmimport wasi:http/types@0.2.12 [constructor]fields
//go:noescape
func HttpTypesNewFields() uint32

//go:wasmimport wasi:http/types@0.2.12 [static]fields.from-list
//go:noescape
func HttpTypesFieldsFromList(p0 unsafe.Pointer, p1 uint32, p2 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]fields.get
//go:noescape
func HttpTypesFieldsGet(p0 uint32, p1 unsafe.Pointer, p2 uint32, p3 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]fields.has
//go:noescape
func HttpTypesFieldsHas(p0 uint32, p1 unsafe.Pointer, p2 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]fields.set
//go:noescape
func HttpTypesFieldsSet(p0 uint32, p1 unsafe.Pointer, p2 uint32, p3 unsafe.Pointer, p4 uint32, p5 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]fields.delete
//go:noescape
func HttpTypesFieldsDelete(p0 uint32, p1 unsafe.Pointer, p2 uint32, p3 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]fields.append
//go:noescape
func HttpTypesFieldsAppend(p0 uint32, p1 unsafe.Pointer, p2 uint32, p3 unsafe.Pointer, p4 uint32, p5 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]fields.entries
//go:noescape
func HttpTypesFieldsEntries(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]fields.clone
//go:noescape
func HttpTypesFieldsClone(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]incoming-request.method
//go:noescape
func HttpTypesIncomingRequestMethod(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]incoming-request.path-with-query
//go:noescape
func HttpTypesIncomingRequestPathWithQuery(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]incoming-request.scheme
//go:noescape
func HttpTypesIncomingRequestScheme(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]incoming-request.authority
//go:noescape
func HttpTypesIncomingRequestAuthority(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]incoming-request.headers
//go:noescape
func HttpTypesIncomingRequestHeaders(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]incoming-request.consume
//go:noescape
func HttpTypesIncomingRequestConsume(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [constructor]outgoing-request
//go:noescape
func HttpTypesNewOutgoingRequest(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-request.body
//go:noescape
func HttpTypesOutgoingRequestBody(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-request.method
//go:noescape
func HttpTypesOutgoingRequestMethod(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-request.set-method
//go:noescape
func HttpTypesOutgoingRequestSetMethod(p0 uint32, p1 uint32, p2 unsafe.Pointer, p3 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-request.path-with-query
//go:noescape
func HttpTypesOutgoingRequestPathWithQuery(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-request.set-path-with-query
//go:noescape
func HttpTypesOutgoingRequestSetPathWithQuery(p0 uint32, p1 uint32, p2 unsafe.Pointer, p3 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-request.scheme
//go:noescape
func HttpTypesOutgoingRequestScheme(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-request.set-scheme
//go:noescape
func HttpTypesOutgoingRequestSetScheme(p0 uint32, p1 uint32, p2 uint32, p3 unsafe.Pointer, p4 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-request.authority
//go:noescape
func HttpTypesOutgoingRequestAuthority(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-request.set-authority
//go:noescape
func HttpTypesOutgoingRequestSetAuthority(p0 uint32, p1 uint32, p2 unsafe.Pointer, p3 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-request.headers
//go:noescape
func HttpTypesOutgoingRequestHeaders(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [constructor]request-options
//go:noescape
func HttpTypesNewRequestOptions() uint32

//go:wasmimport wasi:http/types@0.2.12 [method]request-options.connect-timeout
//go:noescape
func HttpTypesRequestOptionsConnectTimeout(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]request-options.set-connect-timeout
//go:noescape
func HttpTypesRequestOptionsSetConnectTimeout(p0 uint32, p1 uint32, p2 uint64) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]request-options.first-byte-timeout
//go:noescape
func HttpTypesRequestOptionsFirstByteTimeout(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]request-options.set-first-byte-timeout
//go:noescape
func HttpTypesRequestOptionsSetFirstByteTimeout(p0 uint32, p1 uint32, p2 uint64) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]request-options.between-bytes-timeout
//go:noescape
func HttpTypesRequestOptionsBetweenBytesTimeout(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]request-options.set-between-bytes-timeout
//go:noescape
func HttpTypesRequestOptionsSetBetweenBytesTimeout(p0 uint32, p1 uint32, p2 uint64) uint32

//go:wasmimport wasi:http/types@0.2.12 [static]response-outparam.set
//go:noescape
func HttpTypesResponseOutparamSet(p0 uint32, p1 uint32, p2 uint32, p3 uint32, p4 uint64, p5 unsafe.Pointer, p6 unsafe.Pointer, p7 uint32, p8 uint32)

//go:wasmimport wasi:http/types@0.2.12 [method]incoming-response.status
//go:noescape
func HttpTypesIncomingResponseStatus(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]incoming-response.headers
//go:noescape
func HttpTypesIncomingResponseHeaders(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]incoming-response.consume
//go:noescape
func HttpTypesIncomingResponseConsume(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]incoming-body.stream
//go:noescape
func HttpTypesIncomingBodyStream(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [static]incoming-body.finish
//go:noescape
func HttpTypesIncomingBodyFinish(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]future-trailers.subscribe
//go:noescape
func HttpTypesFutureTrailersSubscribe(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]future-trailers.get
//go:noescape
func HttpTypesFutureTrailersGet(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [constructor]outgoing-response
//go:noescape
func HttpTypesNewOutgoingResponse(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-response.status-code
//go:noescape
func HttpTypesOutgoingResponseStatusCode(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-response.set-status-code
//go:noescape
func HttpTypesOutgoingResponseSetStatusCode(p0 uint32, p1 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-response.headers
//go:noescape
func HttpTypesOutgoingResponseHeaders(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-response.body
//go:noescape
func HttpTypesOutgoingResponseBody(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-body.write
//go:noescape
func HttpTypesOutgoingBodyWrite(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [static]outgoing-body.finish
//go:noescape
func HttpTypesOutgoingBodyFinish(p0 uint32, p1 uint32, p2 uint32, p3 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [method]future-incoming-response.subscribe
//go:noescape
func HttpTypesFutureIncomingResponseSubscribe(p0 uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]future-incoming-response.get
//go:noescape
func HttpTypesFutureIncomingResponseGet(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 http-error-code
//go:noescape
func HttpTypesHttpErrorCode(p0 uint32, p1 unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]fields
//go:noescape
func HttpTypesDropFields(p0 uint32)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]incoming-request
//go:noescape
func HttpTypesDropIncomingRequest(p0 uint32)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]outgoing-request
//go:noescape
func HttpTypesDropOutgoingRequest(p0 uint32)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]request-options
//go:noescape
func HttpTypesDropRequestOptions(p0 uint32)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]response-outparam
//go:noescape
func HttpTypesDropResponseOutparam(p0 uint32)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]incoming-response
//go:noescape
func HttpTypesDropIncomingResponse(p0 uint32)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]incoming-body
//go:noescape
func HttpTypesDropIncomingBody(p0 uint32)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]future-trailers
//go:noescape
func HttpTypesDropFutureTrailers(p0 uint32)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]outgoing-response
//go:noescape
func HttpTypesDropOutgoingResponse(p0 uint32)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]outgoing-body
//go:noescape
func HttpTypesDropOutgoingBody(p0 uint32)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]future-incoming-response
//go:noescape
func HttpTypesDropFutureIncomingResponse(p0 uint32)
