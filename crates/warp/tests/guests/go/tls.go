package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"
)

// encrypted asks a server of its own over TLS: first as one that trusts the
// system's certificates, and then as one that trusts this one.
func encrypted() {
	roots, err := x509.SystemCertPool()
	fmt.Println("roots:", err == nil && !roots.Equal(x509.NewCertPool()))
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "service.warp.local"},
		DNSNames:     []string{"service.warp.local"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IsCA:         true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(err)
	certificate, err := x509.ParseCertificate(der)
	check(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, r.Proto, " ", r.TLS.ServerName)
		}),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		ErrorLog:  quiet(),
	}
	go server.ServeTLS(listener, "", "")
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	url := "https://service.warp.local:" + port
	_, err = http.Get(url)
	fmt.Println("untrusted:", err != nil)
	own := x509.NewCertPool()
	own.AddCert(certificate)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: own}, ForceAttemptHTTP2: true}
	response, err := (&http.Client{Transport: transport}).Get(url)
	check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Printf("trusted: %d %q %v\n", response.StatusCode, body, err)
}

// quiet is for what a server says of clients that do not trust it.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
