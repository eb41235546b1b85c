package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// maxTimeout bounds how long one probe may hold a place.
const maxTimeout = 60 * time.Second

// request is one line from the engine: the union of all kinds.
type request struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	From      from   `json:"from"`
	TimeoutMS int    `json:"timeoutMs"`

	URL       string            `json:"url"`
	Method    string            `json:"method"`
	Headers   map[string]string `json:"headers"`
	ConnectTo string            `json:"connectTo"`
	Insecure  bool              `json:"insecure"`

	Name      string `json:"name"`
	Type      string `json:"type"`
	Server    string `json:"server"`
	Transport string `json:"transport"`
	Search    *bool  `json:"search"`
	Attempts  int    `json:"attempts"`

	Host    string  `json:"host"`
	Port    int     `json:"port"`
	Payload *string `json:"payload"`

	Protocol    string `json:"protocol"`
	Source      string `json:"source"`
	Destination string `json:"destination"`
}

// from names whose network namespace and files a probe uses.
type from struct {
	PodUID string `json:"podUid"`
	PID    int    `json:"pid"`
}

type outcome string

const (
	answered      outcome = "answered"
	refused       outcome = "refused"
	timedOut      outcome = "timeout"
	unreachable   outcome = "unreachable"
	reset         outcome = "reset"
	nameError     outcome = "name-error"
	nameTimeout   outcome = "name-timeout"
	tlsError      outcome = "tls-error"
	protocolError outcome = "protocol-error"
	noVantage     outcome = "no-vantage"
	proberError   outcome = "prober-error"
)

// result is one line to the engine.
type result struct {
	ID         string      `json:"id"`
	Outcome    outcome     `json:"outcome"`
	Detail     string      `json:"detail"`
	DurationMS float64     `json:"durationMs"`
	Remote     string      `json:"remote,omitempty"`
	Local      string      `json:"local,omitempty"`
	HTTP       *httpResult `json:"http,omitempty"`
	DNS        *dnsResult  `json:"dns,omitempty"`
	UDP        *udpResult  `json:"udp,omitempty"`
	Flow       *flowResult `json:"flow,omitempty"`
}

type httpResult struct {
	Status      int               `json:"status"`
	Headers     map[string]string `json:"headers"`
	Body        string            `json:"body"`
	Certificate *certificate      `json:"certificate,omitempty"`
}

type certificate struct {
	Subject  string   `json:"subject"`
	DNSNames []string `json:"dnsNames"`
	NotAfter string   `json:"notAfter"`
	Verified bool     `json:"verified"`
	Problem  string   `json:"problem"`
}

type dnsResult struct {
	Rcode   string   `json:"rcode"`
	Answers []string `json:"answers"`
	Server  string   `json:"server"`
	Queries []query  `json:"queries"`
}

// query is one message sent to a name server and its end.
type query struct {
	Name       string  `json:"name"`
	Type       string  `json:"type"`
	Server     string  `json:"server"`
	Transport  string  `json:"transport"`
	Rcode      string  `json:"rcode"`
	DurationMS float64 `json:"durationMs"`
	Local      string  `json:"local,omitempty"`
}

type udpResult struct {
	Payload string `json:"payload"`
}

// flowResult is a tracked connection as its server sees it.
type flowResult struct {
	Server string `json:"server"`
	Client string `json:"client"`
}

// parseRequest reads a line and fills in the contract's defaults. The request
// is returned with whatever could be read, so that an error can bear its id.
func parseRequest(line []byte) (request, error) {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("not a request: %w", err)
	}
	if r.ID == "" {
		return r, errors.New("id is missing")
	}
	if (r.From.PodUID == "") == (r.From.PID == 0) || r.From.PID < 0 {
		return r, errors.New("from: either podUid or pid is needed")
	}
	if r.TimeoutMS <= 0 || time.Duration(r.TimeoutMS)*time.Millisecond > maxTimeout {
		return r, fmt.Errorf("timeoutMs: %d is not within 1 and %d", r.TimeoutMS, maxTimeout.Milliseconds())
	}
	switch r.Kind {
	case "http":
		if r.Method == "" {
			r.Method = "GET"
		}
	case "dns":
		if r.Type == "" {
			r.Type = "A"
		}
		if r.Transport == "" {
			r.Transport = "udp"
		}
		if r.Attempts == 0 {
			r.Attempts = 1
		}
		if r.Name == "" || r.Attempts < 0 || r.Attempts > 5 || (r.Transport != "udp" && r.Transport != "tcp") {
			return r, errors.New("dns: name, attempts (1 to 5) or transport (udp, tcp) is wrong")
		}
	case "tcp", "udp":
		if r.Host == "" || r.Port < 1 || r.Port > 65535 {
			return r, errors.New(r.Kind + ": host or port is wrong")
		}
	case "flow":
		if r.Protocol != "tcp" && r.Protocol != "udp" {
			return r, fmt.Errorf("flow: protocol %q is neither tcp nor udp", r.Protocol)
		}
	default:
		return r, fmt.Errorf("kind: %q is none of http, dns, tcp, udp, flow", r.Kind)
	}
	return r, nil
}
