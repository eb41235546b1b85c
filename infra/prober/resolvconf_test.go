package main

import (
	"reflect"
	"testing"
	"time"
)

func TestResolvConfIsReadAsTheCLibraryDoes(t *testing.T) {
	r := parseResolvConf(`# comment
search shop.svc.cluster.local svc.cluster.local cluster.local
nameserver 10.96.0.10
nameserver fd00::a
nameserver nonsense
nameserver 10.0.0.3
nameserver 10.0.0.4
options ndots:5 timeout:99 attempts:9 rotate use-vc edns0
`)
	want := resolver{
		servers:  []string{"10.96.0.10:53", "[fd00::a]:53", "10.0.0.3:53"},
		search:   []string{"shop.svc.cluster.local", "svc.cluster.local", "cluster.local"},
		ndots:    5,
		timeout:  30 * time.Second,
		attempts: 5,
		rotate:   true,
		useTCP:   true,
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("got %+v", r)
	}
	if r := parseResolvConf(""); r.ndots != 1 || r.attempts != 2 || r.timeout != 5*time.Second || r.servers[0] != "127.0.0.1:53" {
		t.Errorf("defaults are %+v", r)
	}
}

func TestTheSearchListIsWalkedByTheNumberOfDots(t *testing.T) {
	r := parseResolvConf("search a.test b.test\noptions ndots:2")
	for name, want := range map[string][]string{
		"web":        {"web.a.test.", "web.b.test.", "web."},
		"web.shop":   {"web.shop.a.test.", "web.shop.b.test.", "web.shop."},
		"web.shop.x": {"web.shop.x.", "web.shop.x.a.test.", "web.shop.x.b.test."},
		"web.":       {"web."},
	} {
		if got, _ := r.candidates(name); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestHostsComeByNameAndIPv4First(t *testing.T) {
	text := "127.0.0.1 localhost\n::1 localhost ip6-localhost\nfd00::7 db\n10.0.0.7\tdb db.local # old: db2\n"
	for host, want := range map[string]string{"db": "[10.0.0.7 fd00::7]", "DB.local": "[10.0.0.7]", "db2": "[]", "localhost": "[127.0.0.1 ::1]"} {
		if got := inHosts(text, host); sprint(got) != want {
			t.Errorf("%s: %v", host, got)
		}
	}
}
