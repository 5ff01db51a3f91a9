package http

import (
	"bytes"
	"errors"
	"internal/warpgrid"
	"strconv"
	"strings"
	"time"
)

// A warpgridParser reads what the server writes, which is well formed: a header,
// and a body in chunks or as it is.
type warpgridParser struct {
	conn     *warpgridConn
	deadline time.Time

	line     []byte // what has come of a line
	header   []string
	state    int
	left     int64 // of the chunk
	trailers []warpgrid.Field
}

// The states: within the header, the body, and the body's chunks.
const (
	warpgridHeader = iota
	warpgridPlain
	warpgridSize
	warpgridChunk
	warpgridChunkEnd
	warpgridTrailers
	warpgridEnd
)

var errWarpgridResponse = errors.New("net/http: malformed response")

func (p *warpgridParser) write(data []byte) (int, error) {
	all := len(data)
	for len(data) > 0 {
		switch p.state {
		case warpgridPlain, warpgridChunk:
			part := data
			if p.state == warpgridChunk && p.left < int64(len(part)) {
				part = part[:p.left]
			}
			n, err := p.conn.out.Write(part)
			data = data[n:]
			if err != nil {
				return all - len(data), err
			}
			if p.state == warpgridChunk {
				if p.left -= int64(n); p.left == 0 {
					p.state = warpgridChunkEnd
				}
			}
		case warpgridEnd:
			return all, nil
		default:
			end := bytes.IndexByte(data, '\n')
			if end < 0 {
				p.line = append(p.line, data...)
				return all, nil
			}
			p.line = append(p.line, data[:end]...)
			data = data[end+1:]
			line := strings.TrimSuffix(string(p.line), "\r")
			p.line = p.line[:0]
			if err := p.next(line); err != nil {
				return all - len(data), err
			}
		}
	}
	return all, nil
}

// next takes a line of the header, of the chunks' frames or of the trailers.
func (p *warpgridParser) next(line string) error {
	switch p.state {
	case warpgridHeader:
		if line != "" {
			p.header = append(p.header, line)
			return nil
		}
		return p.respond()
	case warpgridSize:
		size, err := strconv.ParseInt(line, 16, 64)
		if err != nil {
			return errWarpgridResponse
		}
		p.left, p.state = size, warpgridChunk
		if size == 0 {
			p.state = warpgridTrailers
		}
	case warpgridChunkEnd:
		p.state = warpgridSize
	case warpgridTrailers:
		if line == "" {
			p.state = warpgridEnd
			return nil
		}
		p.trailers = append(p.trailers, warpgridField(line))
	}
	return nil
}

// respond sends the header, unless it is of an informational response: those
// have no place in wasi:http.
func (p *warpgridParser) respond() error {
	lines := p.header
	p.header = nil
	if len(lines) == 0 || len(lines[0]) < len("HTTP/1.1 200") {
		return errWarpgridResponse
	}
	status, err := strconv.Atoi(lines[0][len("HTTP/1.1 "):len("HTTP/1.1 200")])
	if err != nil {
		return errWarpgridResponse
	}
	if status < 200 {
		return nil
	}
	p.state = warpgridPlain
	fields := make([]warpgrid.Field, 0, len(lines))
	for _, line := range lines[1:] {
		f := warpgridField(line)
		switch {
		case strings.EqualFold(f.Name, "Transfer-Encoding"):
			if strings.EqualFold(f.Value, "chunked") {
				p.state = warpgridSize
			}
		case strings.EqualFold(f.Name, "Connection"):
			// It is the host's.
		default:
			fields = append(fields, f)
		}
	}
	return p.conn.respond(status, fields)
}

func warpgridField(line string) warpgrid.Field {
	name, value, _ := strings.Cut(line, ":")
	return warpgrid.Field{Name: name, Value: strings.TrimSpace(value)}
}
