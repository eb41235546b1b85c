package main

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"
)

type upstream struct {
	name string
	url  *url.URL
}

type config struct {
	name            string
	namespace       string
	listen          []string
	echoTCP         []string
	echoUDP         []string
	upstreams       []upstream
	upstreamTimeout time.Duration
	items           []string
	basePath        string
	healthPath      string
	readyPath       string
	// missing names required variables that are unset; business routes answer 500 for them.
	missing []string
}

// wares is what each usual role of a shop lists when ITEMS says nothing.
var wares = map[string][]string{
	"frontend": {"welcome", "new arrivals", "sale"},
	"catalog":  {"kettle", "teapot", "cup", "strainer"},
	"cart":     {"teapot", "cup"},
	"checkout": {"order-1041", "order-1042"},
	"payments": {"card", "invoice", "voucher"},
	"orders":   {"order-1041", "order-1042", "order-1043"},
	"stock":    {"kettle: 14", "teapot: 3", "cup: 120"},
	"tickets":  {"ticket-311", "ticket-312"},
}

var upstreamName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// readConfig reads the environment; an error names the variable that can't be understood.
func readConfig(env func(string) string) (config, error) {
	c := config{
		name:            or(env("NAME"), "shop"),
		namespace:       env("POD_NAMESPACE"),
		items:           list(env("ITEMS")),
		basePath:        strings.TrimRight(env("BASE_PATH"), "/"),
		healthPath:      or(env("HEALTH_PATH"), "/healthz"),
		readyPath:       or(env("READY_PATH"), "/readyz"),
		upstreamTimeout: 2 * time.Second,
	}
	if c.items == nil {
		c.items = wares[c.name]
	}
	for variable, path := range map[string]string{"BASE_PATH": c.basePath, "HEALTH_PATH": c.healthPath, "READY_PATH": c.readyPath} {
		if path != "" && path[0] != '/' {
			return c, fmt.Errorf("%s: %q must begin with /", variable, path)
		}
	}
	if text := env("UPSTREAM_TIMEOUT"); text != "" {
		timeout, err := time.ParseDuration(text)
		if err != nil || timeout <= 0 {
			return c, fmt.Errorf("UPSTREAM_TIMEOUT: %q is no duration such as 2s", text)
		}
		c.upstreamTimeout = timeout
	}
	for _, entry := range list(env("UPSTREAMS")) {
		name, address, _ := strings.Cut(entry, "=")
		parsed, err := url.Parse(address)
		if !upstreamName.MatchString(name) || err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
			return c, fmt.Errorf("UPSTREAMS: %q is not name=http://host", entry)
		}
		c.upstreams = append(c.upstreams, upstream{name, parsed})
	}
	for _, name := range list(env("REQUIRE")) {
		if env(name) == "" {
			c.missing = append(c.missing, name)
		}
	}
	for variable, into := range map[string]*[]string{"LISTEN": &c.listen, "ECHO_TCP": &c.echoTCP, "ECHO_UDP": &c.echoUDP} {
		*into = list(env(variable))
		for _, address := range *into {
			if _, _, err := net.SplitHostPort(address); err != nil {
				return c, fmt.Errorf("%s: %q is not host:port", variable, address)
			}
		}
	}
	if c.listen == nil {
		c.listen = []string{":8080"}
	}
	return c, nil
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// list splits at commas; blanks around an entry and empty entries are dropped.
func list(text string) []string {
	var entries []string
	for entry := range strings.SplitSeq(text, ",") {
		if entry = strings.TrimSpace(entry); entry != "" {
			entries = append(entries, entry)
		}
	}
	return entries
}
