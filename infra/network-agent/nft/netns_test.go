//go:build kernel

package nft

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"sigs.k8s.io/knftables"
)

// quiet is how long silence is listened to where silence is expected. Nothing here leaves the kernel: an answer comes
// within a millisecond, and a TCP SYN is sent again only after a second.
const quiet = 250 * time.Millisecond

// patience is how long an answer is waited for where one is expected: as long as the busiest host may take.
const patience = 30 * time.Second

func waitFor(expected bool) time.Duration {
	if expected {
		return patience
	}
	return quiet
}

// net of test pods around one node, each in a network namespace of its own, connected as the ptp plugin connects them:
// every packet between pods is routed by the node.
type lab struct {
	t      *testing.T
	prefix string
	node   netns.NsHandle
	spaces map[string]netns.NsHandle
	writer *Writer
}

// newLab makes a node and one namespace for each address. All is removed when the test ends.
func newLab(t *testing.T, name string, pods ...netip.Addr) *lab {
	t.Helper()
	// Namespaces belong to threads: everything of the test happens in this one, or in one locked for it.
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	home, err := netns.Get()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := netns.Set(home); err != nil {
			t.Error(err)
		}
	})
	l := &lab{t: t, prefix: fmt.Sprintf("fl-na-%d-%s", os.Getpid(), name), spaces: map[string]netns.NsHandle{}}
	l.node = l.space("node")
	l.run("node", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0")
	for index, pod := range pods {
		l.pod(index, pod)
	}
	for index, pod := range pods {
		l.awaitUp("node", fmt.Sprintf("veth%d", index))
		l.awaitUp(pod.String(), "eth0")
	}
	l.in("node", func() {
		tables, err := knftables.New(knftables.IPv4Family, Table)
		if err != nil {
			t.Fatal(err)
		}
		l.writer = NewWriter(tables)
	})
	return l
}

func (l *lab) space(name string) netns.NsHandle {
	full := l.prefix + "-" + name
	l.command("ip", "netns", "add", full)
	l.t.Cleanup(func() { l.command("ip", "netns", "delete", full) })
	handle, err := netns.GetFromName(full)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { handle.Close() })
	l.spaces[name] = handle
	l.run(name, "ip", "link", "set", "lo", "up")
	return handle
}

func (l *lab) pod(index int, address netip.Addr) {
	name, veth := address.String(), fmt.Sprintf("veth%d", index)
	l.space(name)
	l.command("ip", "-n", l.prefix+"-node", "link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", l.prefix+"-"+name)
	l.run("node", "ip", "address", "add", "169.254.1.1/32", "dev", veth)
	l.run("node", "ip", "link", "set", veth, "up")
	l.run("node", "ip", "route", "add", name+"/32", "dev", veth, "scope", "link")
	l.run(name, "ip", "address", "add", name+"/32", "dev", "eth0")
	l.run(name, "ip", "link", "set", "eth0", "up")
	l.run(name, "ip", "route", "add", "169.254.1.1/32", "dev", "eth0", "scope", "link")
	l.run(name, "ip", "route", "add", "default", "via", "169.254.1.1", "dev", "eth0")
}

// awaitUp returns when the kernel sends over a link: before that it drops, and nobody sends a lost datagram again.
func (l *lab) awaitUp(space, name string) {
	l.t.Helper()
	handle, err := netlink.NewHandleAt(l.spaces[space])
	if err != nil {
		l.t.Fatal(err)
	}
	defer handle.Close()
	for limit := time.Now().Add(patience); ; runtime.Gosched() {
		link, err := handle.LinkByName(name)
		if err != nil {
			l.t.Fatal(err)
		}
		if link.Attrs().OperState == netlink.OperUp {
			return
		}
		if time.Now().After(limit) {
			l.t.Fatalf("%s of %s does not come up", name, space)
		}
	}
}

func (l *lab) run(space string, words ...string) {
	l.command("ip", append([]string{"netns", "exec", l.prefix + "-" + space}, words...)...)
}

func (l *lab) command(name string, words ...string) {
	l.t.Helper()
	if output, err := exec.Command(name, words...).CombinedOutput(); err != nil {
		l.t.Fatalf("%s %s: %v: %s", name, strings.Join(words, " "), err, output)
	}
}

// in runs what in the namespace, on the test's thread.
func (l *lab) in(space string, what func()) {
	l.t.Helper()
	if err := netns.Set(l.spaces[space]); err != nil {
		l.t.Fatal(err)
	}
	what()
}

// serveTCP echoes on the port of all the pod's addresses.
func (l *lab) serveTCP(pod netip.Addr, port uint16) {
	l.in(pod.String(), func() {
		listener, err := net.Listen("tcp4", fmt.Sprintf("0.0.0.0:%d", port))
		if err != nil {
			l.t.Fatal(err)
		}
		l.t.Cleanup(func() { listener.Close() })
		go func() {
			for {
				connection, err := listener.Accept()
				if err != nil {
					return
				}
				l.t.Cleanup(func() { connection.Close() })
				go echo(connection)
			}
		}()
	})
}

func echo(connection net.Conn) {
	buffer := make([]byte, 64)
	for {
		count, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:count]); err != nil {
			return
		}
	}
}

// serveUDP echoes datagrams.
func (l *lab) serveUDP(pod netip.Addr, port uint16) net.PacketConn {
	var socket net.PacketConn
	l.in(pod.String(), func() {
		var err error
		socket, err = net.ListenPacket("udp4", fmt.Sprintf("%s:%d", pod, port))
		if err != nil {
			l.t.Fatal(err)
		}
		l.t.Cleanup(func() { socket.Close() })
		go func() {
			buffer := make([]byte, 64)
			for {
				count, from, err := socket.ReadFrom(buffer)
				if err != nil {
					return
				}
				// The address it came from may be gone by now; the asker then waits in vain, which is its result.
				_, _ = socket.WriteTo(buffer[:count], from)
			}
		}()
	})
	return socket
}

// dial connects from a namespace, waiting as long; the error is that of the connection.
func (l *lab) dial(from, network, to string, wait time.Duration) (net.Conn, error) {
	var connection net.Conn
	var err error
	l.in(from, func() {
		connection, err = (&net.Dialer{Timeout: wait}).DialContext(context.Background(), network, to)
	})
	if err == nil {
		l.t.Cleanup(func() { connection.Close() })
	}
	return connection, err
}

// reachesAside is like reaches, on a thread of its own, which ends with the call: many can be asked at once.
func (l *lab) reachesAside(from netip.Addr, network, to string, wait time.Duration) bool {
	runtime.LockOSThread()
	if err := netns.Set(l.spaces[from.String()]); err != nil {
		l.t.Error(err)
		return false
	}
	connection, err := (&net.Dialer{Timeout: wait}).DialContext(context.Background(), network, to)
	if err != nil {
		return false
	}
	defer connection.Close()
	return answers(connection, wait)
}

// answers sends a word over the connection and says whether it comes back.
func answers(connection net.Conn, wait time.Duration) bool {
	if connection.SetDeadline(time.Now().Add(wait)) != nil {
		return false
	}
	if _, err := connection.Write([]byte("ping")); err != nil {
		return false
	}
	count, err := connection.Read(make([]byte, 64))
	return err == nil && count == 4
}

// reaches says whether a fresh connection is answered.
func (l *lab) reaches(from, network, to string, wait time.Duration) bool {
	connection, err := l.dial(from, network, to, wait)
	if err != nil {
		return false
	}
	defer connection.Close()
	return answers(connection, wait)
}
