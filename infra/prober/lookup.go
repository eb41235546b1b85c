package main

import (
	"context"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// lookup turns a host into addresses as getaddrinfo does: literal, hosts file,
// then A and AAAA along the search list; IPv4 first.
func (v *vantage) lookup(ctx context.Context, host string) ([]netip.Addr, *failure) {
	if address, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return []netip.Addr{address}, nil
	}
	if _, valid := dns.IsDomainName(host); !valid || host == "" {
		return nil, fail(nameError, "%q is no name", host)
	}
	if hosts, err := readInRoot(v.root, hostsFile); err == nil {
		if addresses := inHosts(string(hosts), host); addresses != nil {
			return addresses, nil
		}
	}
	resolver, failed := v.resolver()
	if failed != nil {
		return nil, failed
	}
	transport := "udp"
	if resolver.useTCP {
		transport = "tcp"
	}
	w := walker{vantage: v, resolver: resolver, transport: transport, record: func(query) {}}
	replies := w.walk(ctx, host, []uint16{dns.TypeA, dns.TypeAAAA}, true)
	var addresses []netip.Addr
	for _, reply := range replies {
		addresses = append(addresses, reply.addresses()...)
	}
	if addresses != nil {
		return addresses, nil
	}
	return nil, unnamed(host, replies)
}

// unnamed says why a host has no address.
func unnamed(host string, replies []reply) *failure {
	for _, reply := range replies {
		switch {
		case reply.message == nil:
		case reply.message.Rcode == dns.RcodeSuccess:
			return fail(nameError, "%s: no address (%s)", host, reply.server)
		default:
			return fail(nameError, "%s: %s (%s)", host, rcodeName(reply.message), reply.server)
		}
	}
	if failed := replies[0].failed; failed.outcome != proberError {
		return fail(nameTimeout, "%s: %s", host, failed.detail)
	}
	return replies[0].failed
}

func (r reply) addresses() []netip.Addr {
	if r.message == nil || r.message.Rcode != dns.RcodeSuccess {
		return nil
	}
	var addresses []netip.Addr
	for _, record := range r.message.Answer {
		var bytes net.IP
		switch record := record.(type) {
		case *dns.A:
			bytes = record.A
		case *dns.AAAA:
			bytes = record.AAAA
		}
		if address, valid := netip.AddrFromSlice(bytes); valid {
			addresses = append(addresses, address.Unmap())
		}
	}
	return addresses
}

// inHosts finds a name in a hosts(5) file; IPv4 first.
func inHosts(text, host string) []netip.Addr {
	host = strings.TrimSuffix(host, ".")
	var four, six []netip.Addr
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		address, err := netip.ParseAddr(words[0])
		if err != nil {
			continue
		}
		for _, name := range words[1:] {
			if !strings.EqualFold(strings.TrimSuffix(name, "."), host) {
				continue
			}
			if address.Unmap().Is4() {
				four = append(four, address.Unmap())
			} else {
				six = append(six, address)
			}
			break
		}
	}
	return append(four, six...)
}
