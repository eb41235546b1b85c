package main

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// dns asks the vantage's own name servers, or the one that the request names.
func (v *vantage) dns(ctx context.Context, r request) result {
	kind, known := dns.StringToType[r.Type]
	if !known {
		return fail(proberError, "type: %q is not known", r.Type).result()
	}
	name, search := r.Name, r.Search == nil || *r.Search
	if kind == dns.TypePTR {
		if reverse, err := dns.ReverseAddr(name); err == nil {
			name = reverse
		}
	}
	if _, valid := dns.IsDomainName(name); !valid {
		return fail(proberError, "%q is no name", name).result()
	}
	settings, failed := v.resolver()
	if failed != nil && (r.Server == "" || search) {
		return failed.result()
	}
	if failed != nil {
		settings = parseResolvConf("")
	}
	if r.Server != "" {
		server, failed := serverAddress(r.Server)
		if failed != nil {
			return failed.result()
		}
		settings.servers = []string{server}
	}
	settings.attempts = r.Attempts
	// A lone attempt may use all of the request's time: a slow answer is to be seen as slow, not as silence.
	if r.Attempts == 1 && len(settings.servers) == 1 {
		settings.timeout = maxTimeout
	}
	transport := r.Transport
	if settings.useTCP {
		transport = "tcp"
	}
	queries, record := recorder()
	w := walker{vantage: v, resolver: settings, transport: transport, record: record}
	reply := w.walk(ctx, name, []uint16{kind}, search)[0]
	said := &dnsResult{Answers: []string{}, Server: reply.server, Queries: queries()}
	if reply.failed != nil {
		ended := reply.failed.result()
		ended.DNS = said
		return ended
	}
	said.Rcode = rcodeName(reply.message)
	for _, record := range reply.message.Answer {
		if about := record.Header(); about.Rrtype == kind || about.Rrtype == dns.TypeCNAME {
			said.Answers = append(said.Answers, strings.TrimPrefix(record.String(), about.String()))
		}
	}
	return result{Outcome: answered, Remote: reply.server, DNS: said}
}

// serverAddress completes `address` or `address:port`.
func serverAddress(text string) (string, *failure) {
	if address, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return net.JoinHostPort(address.String(), "53"), nil
	}
	if _, err := netip.ParseAddrPort(text); err != nil {
		return "", fail(proberError, "server: %q is no address", text)
	}
	return text, nil
}

// recorder collects queries that may be sent at once.
func recorder() (all func() []query, record func(query)) {
	var mutex sync.Mutex
	queries := []query{}
	all = func() []query {
		mutex.Lock()
		defer mutex.Unlock()
		return queries
	}
	record = func(q query) {
		mutex.Lock()
		defer mutex.Unlock()
		queries = append(queries, q)
	}
	return all, record
}
