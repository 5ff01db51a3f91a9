//go:build wasip1

package net

import (
	"context"
	"internal/warpgrid"
)

// What package net asks the host of names. Records of other kinds (MX, TXT, SRV,
// NS, CNAME) are asked for by Go's own resolver.

// warpgridLookup gives the addresses of a name.
func warpgridLookup(ctx context.Context, network, host string) ([]IPAddr, error) {
	if err := ctx.Err(); err != nil {
		return nil, newDNSError(mapErr(err), host, "")
	}
	if !isDomainName(host) {
		return nil, newDNSError(errNoSuchHost, host, "")
	}
	var found [64]warpgrid.Address
	n, failure := warpgrid.Resolve(host, &found)
	if failure != 0 {
		return nil, warpgridNameError(failure, host)
	}
	addresses := make([]IPAddr, 0, n)
	for _, a := range found[:n] {
		if a.V6 == (ipVersion(network) == '4') && ipVersion(network) != 0 {
			continue
		}
		addresses = append(addresses, IPAddr{IP: warpgridTCPAddr(a, 0).IP})
	}
	if len(addresses) == 0 {
		return nil, newDNSError(errNoSuchHost, host, "")
	}
	return addresses, nil
}

func warpgridLookupHost(ctx context.Context, host string) ([]string, error) {
	addresses, err := warpgridLookup(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(addresses))
	for i, a := range addresses {
		texts[i] = a.String()
	}
	return texts, nil
}

// warpgridLookupAddr gives the names of an address.
func warpgridLookupAddr(address string) ([]string, error) {
	ip := ParseIP(address)
	if ip == nil {
		return nil, &DNSError{Err: "unrecognized address", Name: address}
	}
	var a warpgrid.Address
	if v4 := ip.To4(); v4 != nil {
		copy(a.IP[:], v4)
	} else {
		a.V6 = true
		copy(a.IP[:], ip)
	}
	names, failure := warpgrid.Names(a)
	if failure != 0 {
		return nil, warpgridNameError(failure, address)
	}
	for i, name := range names {
		names[i] = absDomainName(name)
	}
	return names, nil
}

func warpgridNameError(failure warpgrid.NameError, name string) error {
	switch failure {
	case warpgrid.NotFound:
		return newDNSError(errNoSuchHost, name, "")
	case warpgrid.NoAnswer:
		return newDNSError(errTimeout, name, "")
	}
	return &DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
}
