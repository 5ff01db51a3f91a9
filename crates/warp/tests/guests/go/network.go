package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

func names() {
	addresses, err := net.DefaultResolver.LookupIP(context.Background(), "ip4", "service.warp.local")
	fmt.Println("service:", addresses, err)
	hosts, err := net.LookupHost("127.0.0.3")
	fmt.Println("address:", hosts, err)
	_, err = net.LookupHost("nobody.invalid")
	var failure *net.DNSError
	fmt.Println("nobody:", errors.As(err, &failure) && failure.IsNotFound, err)
	_, err = net.LookupHost("no\xfftext")
	fmt.Println("no text:", err != nil)
	back, err := net.LookupAddr("127.0.0.1")
	fmt.Println("reverse:", back, err)
	port, err := net.LookupPort("tcp", "https")
	fmt.Println("port:", port, err)
}

// listen serves an echo.
func listen(address string) error {
	listener, err := net.Listen("tcp", address)
	if err == nil {
		go echo(listener)
	}
	return err
}

func echo(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			io.Copy(connection, connection)
		}()
	}
}

func connections() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go echo(listener)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	connection, err := net.Dial("tcp", net.JoinHostPort("service.warp.local", port))
	check(err)
	tcp := connection.(*net.TCPConn)
	check(errors.Join(tcp.SetNoDelay(true), tcp.SetKeepAlive(true), tcp.SetKeepAlivePeriod(time.Minute)))
	fmt.Println("remote:", connection.RemoteAddr().String() == listener.Addr().String(), connection.LocalAddr().(*net.TCPAddr).IP)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<18)
	go func() {
		connection.Write(sent)
		tcp.CloseWrite()
	}()
	received, err := io.ReadAll(connection)
	fmt.Println("echo:", len(received), bytes.Equal(received, sent), err)
	check(connection.Close())
	_, err = connection.Write(sent)
	fmt.Println("closed:", errors.Is(err, net.ErrClosed))
	check(listener.Close())
	_, err = listener.Accept()
	fmt.Println("closed:", errors.Is(err, net.ErrClosed))
	_, err = net.Dial("tcp", listener.Addr().String())
	fmt.Println("refused:", errors.Is(err, syscall.ECONNREFUSED))
	_, err = net.ListenTCP("tcp4", &net.TCPAddr{Port: 1 << 16})
	fmt.Println("no port:", errors.Is(err, syscall.EINVAL))
	_, err = net.DialTCP("tcp4", nil, &net.TCPAddr{IP: net.IPv6loopback, Port: 1})
	fmt.Println("no address:", err)
	gone()
	// Sockets must not pile up.
	again, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go echo(again)
	for range 300 {
		connection, err := net.Dial("tcp", again.Addr().String())
		check(err)
		check(connection.Close())
	}
}

// datagrams sends one to an echo and reads what comes back, in the ways of UDP.
func datagrams() {
	asked := ""
	configuration := net.ListenConfig{Control: func(network, _ string, _ syscall.RawConn) error {
		asked = network
		return nil
	}}
	server, err := configuration.ListenPacket(context.Background(), "udp", "127.0.0.1:0")
	check(err)
	go func() {
		buffer := make([]byte, 1<<16)
		for {
			n, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			_, err = server.WriteTo(buffer[:n], from)
			check(err)
		}
	}()
	var here [9000]byte
	here[8999] = 'x'
	client, err := net.Dial("udp", server.LocalAddr().String())
	check(err)
	_, err = client.Write(here[:])
	check(err)
	var back [10000]byte
	n, err := client.Read(back[:])
	fmt.Println("datagram:", asked, n, back[8999] == 'x', err)
	own, err := net.ListenPacket("udp6", "[::1]:0")
	check(err)
	_, err = own.WriteTo(nil, own.LocalAddr())
	check(err)
	n, from, err := own.ReadFrom(back[:])
	fmt.Println("empty:", n, from.String() == own.LocalAddr().String(), err)
	check(client.SetReadDeadline(time.Now().Add(20 * time.Millisecond)))
	_, err = client.Read(back[:])
	fmt.Println("none:", errors.Is(err, os.ErrDeadlineExceeded))
	_, err = client.Write(make([]byte, 1<<16))
	fmt.Println("too long:", errors.Is(err, syscall.EMSGSIZE))
	time.AfterFunc(20*time.Millisecond, func() { own.Close() })
	_, _, err = own.ReadFrom(back[:])
	fmt.Println("closed:", errors.Is(err, net.ErrClosed))
	check(errors.Join(client.Close(), server.Close()))
}

// gone says how who writes for ever hears that nobody reads any more.
func gone() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	defer listener.Close()
	over := make(chan error)
	go func() {
		connection, err := listener.Accept()
		check(err)
		for block := make([]byte, 1<<15); err == nil; {
			_, err = connection.Write(block)
		}
		over <- err
	}()
	connection, err := net.Dial("tcp", listener.Addr().String())
	check(err)
	_, err = io.CopyN(io.Discard, connection, 1<<20)
	check(errors.Join(err, connection.Close()))
	select {
	case err := <-over:
		fmt.Println("gone:", err != nil)
	case <-time.After(10 * time.Second):
		fmt.Println("gone: not heard of")
	}
}

func deadlines() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	check(listener.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Millisecond)))
	_, err = listener.Accept()
	fmt.Println("accept:", errors.Is(err, os.ErrDeadlineExceeded))
	check(listener.(*net.TCPListener).SetDeadline(time.Time{}))
	connection, err := net.Dial("tcp", listener.Addr().String())
	check(err)
	check(connection.SetReadDeadline(time.Now().Add(20 * time.Millisecond)))
	_, err = connection.Read(make([]byte, 1))
	fmt.Println("read:", errors.Is(err, os.ErrDeadlineExceeded))
	// Nobody reads, so that at some time nothing more can be written.
	check(connection.SetWriteDeadline(time.Now().Add(200 * time.Millisecond)))
	block := make([]byte, 1<<20)
	for err = nil; err == nil; {
		_, err = connection.Write(block)
	}
	fmt.Println("write:", errors.Is(err, os.ErrDeadlineExceeded))
	over, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = new(net.Dialer).DialContext(over, "tcp", listener.Addr().String())
	fmt.Println("dial:", err != nil)
}
