package http

import (
	"context"
	"errors"
	"io"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
)

// request makes a server's request of what the host has handed over.
func (c *warpgridConn) request(ctx context.Context) (*Request, error) {
	in := c.incoming
	req := &Request{
		Method:     in.Method,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     make(Header, len(in.Header)),
		Host:       in.Authority,
		RequestURI: in.Path,
		RemoteAddr: c.RemoteAddr().String(),
		Body:       NoBody,
		ctx:        ctx,
	}
	for _, f := range in.Header {
		key := textproto.CanonicalMIMEHeaderKey(f.Name)
		req.Header[key] = append(req.Header[key], f.Value)
	}
	if host := req.Header.get("Host"); req.Host == "" {
		req.Host = host
	}
	delete(req.Header, "Host")
	if req.RequestURI == "" {
		req.RequestURI = "/"
	}
	target := req.RequestURI
	if req.Method == "CONNECT" && !strings.HasPrefix(target, "/") {
		target = "http://" + target
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil, err
	}
	req.URL = u
	if err := c.body(req); err != nil {
		return nil, err
	}
	return req, nil
}

// body finds out whether there is one, and how long it is.
func (c *warpgridConn) body(req *Request) error {
	length := req.Header.get("Content-Length")
	switch {
	case length != "":
		n, err := strconv.ParseUint(textproto.TrimString(length), 10, 63)
		if err != nil {
			return errors.New("invalid Content-Length")
		}
		req.ContentLength = int64(n)
	case req.Method == "GET" || req.Method == "HEAD" || req.Method == "OPTIONS" || req.Method == "TRACE":
		// Where its length is not said, it has none.
	default:
		req.ContentLength = -1
		req.TransferEncoding = []string{"chunked"}
	}
	if req.ContentLength == 0 {
		return nil
	}
	fd := c.incoming.FD()
	if fd < 0 {
		return errors.New("the body cannot be read")
	}
	c.in = &warpgridStream{}
	if err := c.in.open(fd); err != nil {
		return err
	}
	req.Body = &warpgridBody{conn: c, req: req, left: req.ContentLength}
	if names := req.Header["Trailer"]; len(names) > 0 {
		req.Trailer = make(Header)
		for _, name := range names {
			foreachHeaderElement(name, func(key string) {
				req.Trailer[CanonicalHeaderKey(key)] = nil
			})
		}
		delete(req.Header, "Trailer")
	}
	return nil
}

// A warpgridBody is what Request.Body gives to read.
type warpgridBody struct {
	conn   *warpgridConn
	req    *Request
	left   int64 // below zero where the length is not known
	err    error // once nothing more comes
	closed bool
}

func (b *warpgridBody) Read(p []byte) (int, error) {
	if b.closed {
		return 0, ErrBodyReadAfterClose
	}
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.conn.in.Read(p)
	if b.left > 0 {
		b.left -= int64(n)
	}
	switch {
	case err == io.EOF && b.left > 0:
		err = io.ErrUnexpectedEOF
	case err == io.EOF:
		b.trailers()
	}
	if err != nil {
		b.err = err
	}
	return n, err
}

func (b *warpgridBody) trailers() {
	b.conn.in.fd.Close()
	for _, f := range b.conn.incoming.Trailers() {
		if b.req.Trailer == nil {
			b.req.Trailer = make(Header)
		}
		b.req.Trailer.Add(f.Name, f.Value)
	}
}

func (b *warpgridBody) Close() error {
	b.closed = true
	return nil
}

var _ io.ReadCloser = (*warpgridBody)(nil)
