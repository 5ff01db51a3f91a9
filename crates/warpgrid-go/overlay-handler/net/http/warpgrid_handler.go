package http

import (
	"context"
	"fmt"
	"internal/warpgrid"
	"net"
	"os"
	"runtime"
	"sync"
	"time"
)

// The host calls the program for each request. The first server that serves
// answers; its listener is within the program, and gets what the program itself
// sends there.

var warpgridServing struct {
	once     sync.Once
	start    sync.Once
	server   *Server
	listener net.Listener
	ready    chan struct{} // closed once there is a server
}

func init() {
	warpgrid.Handler = true
	warpgridServing.ready = make(chan struct{})
	next := testHookServerServe
	testHookServerServe = func(server *Server, listener net.Listener) {
		if next != nil {
			next(server, listener)
		}
		warpgridServing.once.Do(func() {
			warpgridServing.server = server
			warpgridServing.listener = listener
			close(warpgridServing.ready)
		})
	}
}

// warpgridHandle is wasi:http's handler. The first request starts the program,
// and waits until it serves.
//
//go:wasmexport wasi:http/incoming-handler@0.2.12#handle
func warpgridHandle(request, outparam uint32) {
	warpgridServing.start.Do(func() { go warpgridMain() })
	<-warpgridServing.ready
	server, listener := warpgridServing.server, warpgridServing.listener
	incoming := warpgrid.NewRequest(request)
	c := server.newConn(newWarpgridConn(incoming, outparam, listener))
	c.warpgridServe(listener)
}

func warpgridMain() {
	warpgrid.Main()
	// As a program ends.
	select {
	case <-warpgridServing.ready:
		os.Exit(0)
	default:
		fmt.Fprintln(os.Stderr, "main returned, and no server of net/http serves: nobody can answer requests")
		os.Exit(1)
	}
}

// warpgridServe answers the one request of a connection, as serve does those it
// reads.
func (c *conn) warpgridServe(listener net.Listener) {
	wc := c.rwc.(*warpgridConn)
	base := context.Background()
	if c.server.BaseContext != nil {
		if base = c.server.BaseContext(listener); base == nil {
			panic("BaseContext returned a nil context")
		}
	}
	ctx := context.WithValue(base, ServerContextKey, c.server)
	if connContext := c.server.ConnContext; connContext != nil {
		if ctx = connContext(ctx, c.rwc); ctx == nil {
			panic("ConnContext returned nil")
		}
	}
	c.setState(c.rwc, StateNew, runHooks)
	c.remoteAddr = c.rwc.RemoteAddr().String()
	ctx = context.WithValue(ctx, LocalAddrContextKey, c.rwc.LocalAddr())
	ctx, cancel := context.WithCancel(ctx)
	c.cancelCtx = cancel
	c.r = &connReader{conn: c, rwc: c.rwc}
	c.bufw = newBufioWriterSize(checkConnErrorWriter{c}, 4<<10)
	wc.cancel = cancel
	var w *response
	defer func() {
		aborted := false
		if err := recover(); err != nil {
			aborted = true
			if err != ErrAbortHandler {
				const size = 64 << 10
				buf := make([]byte, size)
				buf = buf[:runtime.Stack(buf, false)]
				c.server.logf("http: panic serving %v: %v\n%s", c.remoteAddr, err, buf)
			}
		}
		cancel()
		if w != nil {
			w.reqBody.Close()
		}
		wc.end(aborted || w == nil || !w.shouldReuseConnection() && w.warpgridShort())
		c.setState(c.rwc, StateClosed, runHooks)
	}()
	req, err := wc.request(ctx)
	if err != nil {
		fmt.Fprintf(c.rwc, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n400 Bad Request: %v", err)
		w = nil
		wc.whole = true
		return
	}
	c.setState(c.rwc, StateActive, runHooks)
	if d := c.server.ReadTimeout; d > 0 {
		wc.SetReadDeadline(time.Now().Add(d))
	}
	if d := c.server.WriteTimeout; d > 0 {
		wc.SetWriteDeadline(time.Now().Add(d))
	}
	w = &response{
		conn:          c,
		cancelCtx:     cancel,
		req:           req,
		reqBody:       req.Body,
		handlerHeader: make(Header),
		contentLength: -1,
	}
	w.cw.res = w
	w.w = newBufioWriterSize(&w.cw, bufferBeforeChunkingSize)
	serverHandler{c.server}.ServeHTTP(w, w.req)
	w.cancelCtx()
	w.finishRequest()
}

// warpgridShort says whether less was written than was announced.
func (w *response) warpgridShort() bool {
	return w.req.Method != "HEAD" && w.contentLength != -1 && w.bodyAllowed() && w.contentLength != w.written
}
