package main

import "net"

func mapped() { net.DialIP("ip4:icmp", nil, nil) }
