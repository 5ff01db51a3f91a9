//go:build wasip1

package http

// warpgridHijack says why a connection cannot be taken over: one that a handler
// of the host's answers is none. Connections of sockets can.
func warpgridHijack(c *conn) error {
	if _, ok := c.rwc.(interface{ warpgridRequest() }); ok {
		return ErrNotSupported
	}
	return nil
}
