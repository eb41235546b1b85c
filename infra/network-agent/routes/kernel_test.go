//go:build kernel

// Needs root and iproute2: go test -tags kernel ./routes
package routes

import (
	"context"
	"net/netip"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/vishvananda/netns"
	"sigs.k8s.io/knftables"
)

// inNode runs the test in a network namespace with an uplink that has the address 172.18.0.2/16 and an MTU of 1450.
func inNode(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	home, err := netns.Get()
	if err != nil {
		t.Fatal(err)
	}
	space, err := netns.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := netns.Set(home); err != nil {
			t.Error(err)
		}
		space.Close()
		home.Close()
		runtime.UnlockOSThread()
	})
	run(t, "ip", "link", "add", "uplink", "mtu", "1450", "type", "veth", "peer", "name", "other")
	run(t, "ip", "address", "add", "172.18.0.2/16", "dev", "uplink")
	run(t, "ip", "link", "set", "uplink", "up")
	run(t, "ip", "link", "set", "other", "up")
}

func run(t *testing.T, name string, words ...string) string {
	t.Helper()
	output, err := exec.Command(name, words...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(words, " "), err, output)
	}
	return string(output)
}

var (
	away = netip.MustParsePrefix("10.244.1.0/24")
	next = map[netip.Prefix]netip.Addr{away: netip.MustParseAddr("172.18.0.3")}
)

func apply(t *testing.T, next map[netip.Prefix]netip.Addr, changes int) {
	t.Helper()
	done, err := Apply(next)
	if err != nil || len(done) != changes {
		t.Errorf("did %v (%v), want %d changes", done, err, changes)
	}
}

func TestRoutesAreSetRestoredAndRemoved(t *testing.T) {
	inNode(t)
	shown := func(part string) {
		t.Helper()
		if table := run(t, "ip", "route"); strings.Contains(table, away.String()) != (part != "") || !strings.Contains(table, part) {
			t.Errorf("want %q in the routes:\n%s", part, table)
		}
	}
	apply(t, next, 1)
	shown("10.244.1.0/24 via 172.18.0.3 dev uplink proto 86")
	apply(t, next, 0)
	run(t, "ip", "route", "delete", away.String())
	apply(t, next, 1)
	run(t, "ip", "route", "replace", away.String(), "via", "172.18.0.9")
	apply(t, next, 1)
	shown("via 172.18.0.3 ")
	run(t, "ip", "route", "add", "10.250.0.0/24", "via", "172.18.0.9")
	apply(t, map[netip.Prefix]netip.Addr{}, 1)
	shown("")
	if table := run(t, "ip", "route"); !strings.Contains(table, "10.250.0.0/24") {
		t.Errorf("somebody else's route is gone:\n%s", table)
	}
}

func TestRemovalsAreHeardOf(t *testing.T) {
	inNode(t)
	apply(t, next, 1)
	heard := make(chan struct{}, 1)
	if err := Watch(t.Context().Done(), func() {
		select {
		case heard <- struct{}{}:
		default:
		}
	}); err != nil {
		t.Fatal(err)
	}
	run(t, "ip", "route", "delete", away.String())
	// Without a word this waits until go test's own deadline, which fails it.
	<-heard
}

func TestTheMTUIsTheUplinks(t *testing.T) {
	inNode(t)
	if mtu, err := UplinkMTU(netip.MustParseAddr("172.18.0.2")); err != nil || mtu != 1450 {
		t.Errorf("MTU %d (%v), want 1450", mtu, err)
	}
	if _, err := UplinkMTU(netip.MustParseAddr("172.18.0.3")); err == nil {
		t.Error("no error for an address that the node does not have")
	}
}

func TestMasqueradeReplacesItself(t *testing.T) {
	inNode(t)
	tables, err := knftables.New(knftables.IPv4Family, Table)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		inside := []netip.Prefix{away, netip.MustParsePrefix("10.244.0.0/24"), netip.MustParsePrefix("172.18.0.3/32")}
		if err := Masquerade(context.Background(), tables, netip.MustParsePrefix("10.244.0.0/24"), inside); err != nil {
			t.Fatal(err)
		}
	}
	table := run(t, "nft", "list", "table", "ip", Table)
	if strings.Count(table, "masquerade fully-random") != 1 || !strings.Contains(table, "172.18.0.3") {
		t.Errorf("unexpected table:\n%s", table)
	}
}
