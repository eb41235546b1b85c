package main

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// track puts a connection into the pod's connection tracking, as DNAT to a backend would.
func (l *lab) track(protocol uint8, client, asked, backend, seen net.IP, port uint16) {
	l.t.Helper()
	handle := l.podHandle()
	defer handle.Close()
	family := netlink.InetFamily(unix.AF_INET)
	if client.To4() == nil {
		family = unix.AF_INET6
	}
	must(l.t, handle.ConntrackCreate(netlink.ConntrackTable, family, &netlink.ConntrackFlow{
		FamilyType: uint8(family),
		Forward:    netlink.IPTuple{SrcIP: client, DstIP: asked, SrcPort: port, DstPort: 80, Protocol: protocol},
		Reverse:    netlink.IPTuple{SrcIP: backend, DstIP: seen, SrcPort: 8080, DstPort: port, Protocol: protocol},
		TimeOut:    60,
		ProtoInfo:  &netlink.ProtoInfoTCP{State: 3},
	}))
}

func TestAFlowTellsWhoReallyAnswers(t *testing.T) {
	l := newLab(t)
	ip := net.ParseIP
	l.track(unix.IPPROTO_TCP, ip("10.244.0.5").To4(), ip("10.96.0.7").To4(), ip("10.244.0.9").To4(), ip("10.244.0.5").To4(), 40000)
	l.track(unix.IPPROTO_TCP, ip("fd00::5"), ip("fd00::7"), ip("fd00::9"), ip("fd00::5"), 40000)
	l.track(unix.IPPROTO_TCP, ip("10.244.0.5").To4(), ip("10.0.0.2").To4(), ip("10.244.0.8").To4(), ip("10.0.0.2").To4(), 40001)
	for name, c := range map[string]struct{ protocol, source, destination, server, client string }{
		"sent on to a backend":            {"tcp", "10.244.0.5:40000", "10.96.0.7:80", "10.244.0.9:8080", "10.244.0.5:40000"},
		"with the client's address taken": {"tcp", "10.244.0.5:40001", "10.0.0.2:80", "10.244.0.8:8080", "10.0.0.2:40001"},
		"IPv6":                            {"tcp", "[fd00::5]:40000", "[fd00::7]:80", "[fd00::9]:8080", "[fd00::5]:40000"},
		"IPv4 written as IPv6":            {"tcp", "[::ffff:10.244.0.5]:40000", "10.96.0.7:80", "10.244.0.9:8080", "10.244.0.5:40000"},
		"another port":                    {"tcp", "10.244.0.5:40002", "10.96.0.7:80", "", ""},
		"another protocol":                {"udp", "10.244.0.5:40000", "10.96.0.7:80", "", ""},
		"the way back":                    {"tcp", "10.244.0.9:8080", "10.244.0.5:40000", "", ""},
	} {
		got := l.ask(map[string]any{"kind": "flow", "protocol": c.protocol, "source": c.source, "destination": c.destination})
		if got.Outcome != answered || got.Detail != "" || (got.Flow != nil) != (c.server != "") {
			t.Errorf("%s: %+v", name, got)
		} else if got.Flow != nil && (got.Flow.Server != c.server || got.Flow.Client != c.client) {
			t.Errorf("%s: %+v", name, *got.Flow)
		}
	}
}

func TestAFlowThatMakesNoSenseIsTheProbersError(t *testing.T) {
	l := newLab(t)
	for _, fields := range []map[string]any{
		{"protocol": "sctp", "source": "10.0.0.1:1", "destination": "10.0.0.2:2"},
		{"protocol": "tcp", "source": "10.0.0.1", "destination": "10.0.0.2:2"},
		{"protocol": "tcp", "source": "10.0.0.1:1", "destination": "web:2"},
		{"protocol": "tcp", "source": "10.0.0.1:1", "destination": "[fd00::1]:2"},
	} {
		fields["kind"] = "flow"
		if got := l.ask(fields); got.Outcome != proberError || got.Detail == "" {
			t.Errorf("%v: %+v", fields, got)
		}
	}
}

func TestManyFlowsAreLookedUpAtOnce(t *testing.T) {
	l := newLab(t)
	four := func(text string) net.IP { return net.ParseIP(text).To4() }
	const many = 500
	for i := range many {
		l.track(unix.IPPROTO_TCP, four("10.244.0.5"), four("10.96.0.7"), four("10.244.0.9"), four("10.244.0.5"), uint16(30000+i))
	}
	begun := time.Now()
	go func() {
		for i := range many {
			source := "10.244.0.5:" + sprint(30000+i)
			l.send(source, map[string]any{"kind": "flow", "protocol": "tcp", "source": source, "destination": "10.96.0.7:80"})
		}
	}()
	for range many {
		if got := l.receive(); got.Flow == nil || got.Flow.Client != got.ID {
			t.Fatalf("%+v", got)
		}
	}
	t.Logf("%d look-ups in %s", many, time.Since(begun))
}

func TestAnAnswerThatIsCutOffIsNoConnection(t *testing.T) {
	for _, answer := range [][]byte{nil, make([]byte, 20), make([]byte, 40), {40, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 9, 0, 1, 0}} {
		if _, _, err := parseTracked(answer); !errors.Is(err, errMalformed) {
			t.Errorf("%v: %v", answer, err)
		}
	}
}

func TestAConnectionOfOneDirectionIsNone(t *testing.T) {
	asked := tuple{unix.IPPROTO_TCP, netip.MustParseAddrPort("10.244.0.5:40000"), netip.MustParseAddrPort("10.96.0.7:80")}
	answer := append(make([]byte, unix.NLMSG_HDRLEN+nl.SizeofNfgenmsg), asked.attribute().Serialize()...)
	binary.NativeEndian.PutUint32(answer, uint32(len(answer)))
	binary.NativeEndian.PutUint16(answer[4:], unix.NFNL_SUBSYS_CTNETLINK<<8)
	if original, _, err := parseTracked(answer); !errors.Is(err, errMalformed) || original != asked {
		t.Errorf("%v: %v", original, err)
	}
}
