package main

import (
	"context"
	"sync/atomic"

	"github.com/miekg/dns"
)

// walker asks for names as the C library's res_search does.
type walker struct {
	vantage   *vantage
	resolver  resolver
	transport string
	record    func(query)
}

// reply is what the servers said of one name: a message, or why there is none.
type reply struct {
	message *dns.Msg
	server  string
	failed  *failure
}

func (r reply) has(kind uint16) bool {
	if r.message == nil || r.message.Rcode != dns.RcodeSuccess {
		return false
	}
	for _, record := range r.message.Answer {
		if record.Header().Rrtype == kind {
			return true
		}
	}
	return false
}

// lame says that another server may know better (glibc: res_send.c, next_ns).
func (r reply) lame() bool {
	if r.message == nil {
		return true
	}
	code := r.message.Rcode
	return code == dns.RcodeServerFailure || code == dns.RcodeRefused || code == dns.RcodeNotImplemented
}

var rotation atomic.Uint32

// one asks the servers in turn, as often as the resolver's attempts say, for one name as it stands.
func (w walker) one(ctx context.Context, q question) reply {
	servers := w.resolver.servers
	shift := 0
	if w.resolver.rotate {
		shift = int(rotation.Add(1))
	}
	var last reply
	for range w.resolver.attempts {
		for i := range servers {
			if ctx.Err() != nil && last.server != "" {
				return last
			}
			server := servers[(i+shift)%len(servers)]
			message, failed := w.vantage.ask(ctx, q, server, w.transport, w.resolver.timeout, w.record)
			this := reply{message, server, failed}
			if !this.lame() {
				return this
			}
			// An answer, lame as it is, says more than silence.
			if this.message != nil || last.message == nil {
				last = this
			}
		}
	}
	return last
}

// walk goes along the search list. both asks A and AAAA of each name at once
// and is content with either.
func (w walker) walk(ctx context.Context, name string, kinds []uint16, search bool) []reply {
	names, asIsFirst := []string{dns.Fqdn(name)}, true
	if search {
		names, asIsFirst = w.resolver.candidates(name)
	}
	var first, noData, failing, last []reply
	for _, candidate := range names {
		replies := w.together(ctx, candidate, kinds)
		silent, data, served, lame := 0, false, false, false
		for i, reply := range replies {
			data = data || reply.has(kinds[i])
			switch {
			case reply.message == nil:
				silent++
			case reply.lame():
				lame = true
			case reply.message.Rcode == dns.RcodeSuccess:
				served = true
			}
		}
		if data || silent == len(replies) {
			return replies
		}
		if served && noData == nil {
			noData = replies
		}
		if lame && failing == nil {
			failing = replies
		}
		if first == nil {
			first = replies
		}
		last = replies
	}
	switch {
	case asIsFirst:
		return first
	case noData != nil:
		return noData
	case failing != nil:
		return failing
	}
	return last
}

func (w walker) together(ctx context.Context, name string, kinds []uint16) []reply {
	replies := make([]reply, len(kinds))
	done := make(chan struct{})
	for i, kind := range kinds {
		go func() {
			replies[i] = w.one(ctx, question{name, kind})
			done <- struct{}{}
		}()
	}
	for range kinds {
		<-done
	}
	return replies
}

// resolver reads the vantage's resolv.conf, now.
func (v *vantage) resolver() (resolver, *failure) {
	text, err := readInRoot(v.root, resolvConf)
	if err != nil {
		return resolver{}, fail(noVantage, "no /etc/resolv.conf to ask with: %s", err)
	}
	return parseResolvConf(string(text)), nil
}
