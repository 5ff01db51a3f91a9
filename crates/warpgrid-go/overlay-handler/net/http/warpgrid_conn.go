package http

import (
	"context"
	"errors"
	"internal/poll"
	"internal/warpgrid"
	"io"
	"net"
	"os"
	"time"
)

// warpgridConn stands for the connection of a request of wasi:http. What the
// server writes to it is HTTP/1.1; the header becomes a response of wasi:http,
// and the body goes on without its chunks' frames.
type warpgridConn struct {
	incoming *warpgrid.Request
	outparam uint32
	listener net.Listener
	cancel   context.CancelFunc

	in  *warpgridStream // nil without a body
	out *warpgridStream // nil before the header

	response *warpgrid.Response
	parser   warpgridParser
	whole    bool // the response is whole, although no handler finished it
	ended    chan struct{}
}

func newWarpgridConn(incoming *warpgrid.Request, outparam uint32, listener net.Listener) *warpgridConn {
	c := &warpgridConn{
		incoming: incoming,
		outparam: outparam,
		listener: listener,
		ended:    make(chan struct{}),
	}
	c.parser.conn = c
	return c
}

var errWarpgridRead = errors.New("net/http: the connection of a request of wasi:http has no bytes of its own")

func (c *warpgridConn) Read(p []byte) (int, error) { return 0, errWarpgridRead }

func (c *warpgridConn) Write(p []byte) (int, error) { return c.parser.write(p) }

func (c *warpgridConn) Close() error { return nil }

func (c *warpgridConn) LocalAddr() net.Addr { return c.listener.Addr() }

// RemoteAddr is unknown; wasi:http does not tell.
func (c *warpgridConn) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4zero}
}

func (c *warpgridConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *warpgridConn) SetReadDeadline(t time.Time) error {
	if c.in == nil {
		return nil
	}
	return c.in.fd.SetReadDeadline(t)
}

func (c *warpgridConn) SetWriteDeadline(t time.Time) error {
	c.parser.deadline = t
	if c.out == nil {
		return nil
	}
	return c.out.fd.SetWriteDeadline(t)
}

// respond sends the header.
func (c *warpgridConn) respond(status int, header []warpgrid.Field) error {
	c.response = warpgrid.Respond(c.outparam, status, header)
	c.out = &warpgridStream{}
	if err := c.out.open(c.response.FD()); err != nil {
		return err
	}
	if !c.parser.deadline.IsZero() {
		c.out.fd.SetWriteDeadline(c.parser.deadline)
	}
	go c.watch()
	return nil
}

// How often a client is looked for that has gone away.
const warpgridWatch = 250 * time.Millisecond

// watch cancels the request's context when nobody reads the response any more.
func (c *warpgridConn) watch() {
	ticker := time.NewTicker(warpgridWatch)
	defer ticker.Stop()
	for {
		select {
		case <-c.ended:
			return
		case <-ticker.C:
			if c.response.Gone() {
				c.cancel()
				return
			}
		}
	}
}

// end gives back all that the host holds of the request.
func (c *warpgridConn) end(aborted bool) {
	close(c.ended)
	if c.in != nil {
		c.in.fd.Close()
	}
	c.incoming.Drop()
	if c.out == nil {
		// The host answers for us.
		warpgrid.DropOutparam(c.outparam)
		return
	}
	c.out.fd.Close()
	if aborted && !c.whole {
		c.response.Abort()
	} else {
		c.response.Finish(c.parser.trailers)
	}
}

// A warpgridStream is a body that is read or written.
type warpgridStream struct{ fd poll.FD }

func (s *warpgridStream) open(fd int) error {
	s.fd = poll.FD{Sysfd: fd, IsStream: true, ZeroReadIsEOF: true}
	return s.fd.Init("tcp", true)
}

func (s *warpgridStream) Read(p []byte) (int, error) {
	n, err := s.fd.Read(p)
	return n, warpgridError("read", err)
}

func (s *warpgridStream) Write(p []byte) (int, error) {
	n, err := s.fd.Write(p)
	return n, warpgridError("write", err)
}

// warpgridError is an error as a connection of package net gives it.
func warpgridError(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if err == poll.ErrNetClosing {
		err = net.ErrClosed
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = os.ErrDeadlineExceeded
	}
	return &net.OpError{Op: op, Net: "tcp", Err: err}
}

// warpgridRequest marks a connection that cannot be taken over.
func (c *warpgridConn) warpgridRequest() {}
