package main

import (
	"net"
	"strconv"
	"strings"
	"time"
)

// resolver is a resolv.conf(5) as the C library reads it.
type resolver struct {
	servers  []string
	search   []string
	ndots    int
	timeout  time.Duration
	attempts int
	rotate   bool
	useTCP   bool
}

// parseResolvConf reads what glibc would, with its defaults and caps
// (resolv/res_init.c: MAXNS 3, RES_MAXNDOTS 15, RES_MAXRETRANS 30, RES_MAXRETRY 5).
func parseResolvConf(text string) resolver {
	r := resolver{ndots: 1, timeout: 5 * time.Second, attempts: 2}
	for line := range strings.Lines(text) {
		if line[0] == '#' || line[0] == ';' {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 2 {
			if len(words) == 1 && words[0] == "search" {
				r.search = nil
			}
			continue
		}
		switch words[0] {
		case "nameserver":
			if len(r.servers) < 3 && net.ParseIP(words[1]) != nil {
				r.servers = append(r.servers, net.JoinHostPort(words[1], "53"))
			}
		case "domain":
			r.search = words[1:2]
		case "search":
			r.search = words[1:]
		case "options":
			for _, option := range words[1:] {
				r.option(option)
			}
		}
	}
	if r.servers == nil {
		r.servers = []string{"127.0.0.1:53"}
	}
	return r
}

func (r *resolver) option(option string) {
	name, value, _ := strings.Cut(option, ":")
	number, err := strconv.Atoi(value)
	if err != nil || number < 0 {
		number = 0
	}
	switch name {
	case "ndots":
		r.ndots = min(number, 15)
	case "timeout":
		r.timeout = time.Duration(max(min(number, 30), 1)) * time.Second
	case "attempts":
		r.attempts = max(min(number, 5), 1)
	case "rotate":
		r.rotate = true
	case "use-vc":
		r.useTCP = true
	}
}

// candidates are the names to ask for, in order, each ending with a dot;
// asIsFirst says that the first one is the name itself.
func (r *resolver) candidates(name string) (names []string, asIsFirst bool) {
	if strings.HasSuffix(name, ".") {
		return []string{name}, true
	}
	asIs := name + "."
	asIsFirst = strings.Count(name, ".") >= r.ndots
	if asIsFirst {
		names = append(names, asIs)
	}
	for _, domain := range r.search {
		if domain = strings.Trim(domain, "."); domain == "" {
			continue
		}
		names = append(names, name+"."+domain+".")
	}
	if !asIsFirst {
		names = append(names, asIs)
	}
	return names, asIsFirst
}
