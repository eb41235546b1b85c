package main

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// ask sends one question to one server and waits for its answer; a truncated
// one is asked for again over TCP. Every message sent is recorded.
func (v *vantage) ask(ctx context.Context, q question, server, transport string, timeout time.Duration, record func(query)) (*dns.Msg, *failure) {
	begun := time.Now()
	message, local, failed := v.exchange(ctx, q, server, transport, timeout)
	sent := query{Name: q.name, Type: dns.TypeToString[q.kind], Server: server, Transport: transport, DurationMS: milliseconds(begun), Local: local}
	switch {
	case failed == nil:
		sent.Rcode = rcodeName(message)
	case failed.outcome == timedOut, failed.outcome == refused, failed.outcome == unreachable:
		sent.Rcode = string(failed.outcome)
	default:
		sent.Rcode = "error"
	}
	record(sent)
	if failed == nil && message.Truncated && transport == "udp" {
		return v.ask(ctx, q, server, "tcp", timeout, record)
	}
	return message, failed
}

type question struct {
	// name ends with a dot.
	name string
	kind uint16
}

// exchange returns the answer and, once there was a socket, the address it was sent from.
func (v *vantage) exchange(ctx context.Context, q question, server, transport string, timeout time.Duration) (reply *dns.Msg, local string, failed *failure) {
	address, err := netip.ParseAddrPort(server)
	if err != nil {
		return nil, "", fail(proberError, "%s is no name server's address", server)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	wrap := func(err error) *failure {
		failed := classify(err, protocolError)
		failed.detail = fmt.Sprintf("%s over %s for %s: %s", server, transport, q.name, failed.detail)
		return failed
	}
	connection, err := v.connect(ctx, transport, address)
	if err != nil {
		return nil, "", wrap(err)
	}
	defer connection.Close()
	local = connection.LocalAddr().String()
	defer context.AfterFunc(ctx, func() { _ = connection.SetDeadline(time.Unix(1, 0)) })()
	asked := new(dns.Msg).SetQuestion(q.name, q.kind)
	peer := &dns.Conn{Conn: connection, UDPSize: dns.MaxMsgSize}
	if err := peer.WriteMsg(asked); err != nil {
		return nil, local, wrap(err)
	}
	for {
		message, err := peer.ReadMsg()
		if err != nil && message == nil {
			return nil, local, wrap(err)
		}
		// Something else's answer: the C library goes on waiting.
		if message.Id != asked.Id || !message.Response || !sameQuestion(message, asked) {
			continue
		}
		if err != nil {
			return nil, local, wrap(err)
		}
		return message, local, nil
	}
}

func sameQuestion(message, asked *dns.Msg) bool {
	if len(message.Question) == 0 {
		return message.Rcode != dns.RcodeSuccess
	}
	got, want := message.Question[0], asked.Question[0]
	return strings.EqualFold(got.Name, want.Name) && got.Qtype == want.Qtype
}

func rcodeName(message *dns.Msg) string {
	if name, known := dns.RcodeToString[message.Rcode]; known {
		return name
	}
	return fmt.Sprintf("RCODE%d", message.Rcode)
}
