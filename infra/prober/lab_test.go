package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

const (
	podAddress    = "10.99.0.2"
	serverAddr    = "10.99.0.1"
	silentAddress = "10.99.0.9"
	deadAddress   = "10.99.1.1"
)

func sprint(value any) string { return fmt.Sprint(value) }

// TestMain is the test program and, asked so, the process that stands for a pod's application.
func TestMain(m *testing.M) {
	if root := os.Getenv("STAND_IN_ROOT"); root != "" {
		if err := syscall.Chroot(root); err != nil {
			panic(err)
		}
		fmt.Println("ready")
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// lab is two network namespaces joined by a cable: a pod's, with a process in it, and the servers'.
type lab struct {
	t       *testing.T
	pid     int
	root    string
	servers netns.NsHandle
	conn    net.Conn
	lines   *bufio.Scanner
}

// newLab needs root, as the prober does.
func newLab(t *testing.T) *lab {
	l := &lab{t: t, root: t.TempDir()}
	must(t, os.MkdirAll(filepath.Join(l.root, "etc/ssl/certs"), 0o755))
	l.write(resolvConf, "search shop.test other.test\nnameserver "+serverAddr+"\noptions ndots:5 timeout:2 attempts:2\n")
	l.write(hostsFile, "127.0.0.1 localhost\n"+serverAddr+" by-hosts\n")

	process := exec.Command("/proc/self/exe")
	process.Env = []string{"STAND_IN_ROOT=" + l.root}
	process.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
	input, err := process.StdinPipe()
	must(t, err)
	output, err := process.StdoutPipe()
	must(t, err)
	must(t, process.Start())
	t.Cleanup(func() { _ = input.Close(); _ = process.Wait() })
	if line, _ := bufio.NewReader(output).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the stand-in said %q", line)
	}
	l.pid = process.Process.Pid

	inThread(t, func() {
		l.servers, err = netns.New()
		must(t, err)
	})
	pod, err := netns.GetFromPid(l.pid)
	must(t, err)
	defer pod.Close()
	t.Cleanup(func() { _ = l.servers.Close() })
	near, err := netlink.NewHandleAt(l.servers)
	must(t, err)
	defer near.Close()
	far, err := netlink.NewHandleAt(pod)
	must(t, err)
	defer far.Close()
	must(t, near.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "servers"}, PeerName: "pod", PeerNamespace: netlink.NsFd(int(pod))}))
	up(t, near, "servers", serverAddr+"/24")
	up(t, far, "pod", podAddress+"/24")
	up(t, far, "lo", "")
	link, err := far.LinkByName("pod")
	must(t, err)
	hardware, _ := net.ParseMAC("02:00:00:00:00:99")
	must(t, far.NeighAdd(&netlink.Neigh{LinkIndex: link.Attrs().Index, State: netlink.NUD_PERMANENT, IP: net.ParseIP(silentAddress), HardwareAddr: hardware}))
	_, dead, _ := net.ParseCIDR(deadAddress + "/32")
	must(t, far.RouteAdd(&netlink.Route{Dst: dead, Type: unix.RTN_UNREACHABLE}))
	for _, end := range []struct {
		handle *netlink.Handle
		name   string
	}{{near, "servers"}, {far, "pod"}} {
		awaitUp(t, end.handle, end.name)
	}
	l.start()
	return l
}

func (l *lab) podHandle() *netlink.Handle {
	l.t.Helper()
	pod, err := netns.GetFromPid(l.pid)
	must(l.t, err)
	defer pod.Close()
	handle, err := netlink.NewHandleAt(pod, unix.NETLINK_NETFILTER)
	must(l.t, err)
	return handle
}

// awaitUp returns when the kernel sends over a link: before that it drops, and a lost SYN costs a second.
func awaitUp(t *testing.T, handle *netlink.Handle, name string) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); ; runtime.Gosched() {
		link, err := handle.LinkByName(name)
		must(t, err)
		if link.Attrs().OperState == netlink.OperUp {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%s does not come up", name)
		}
	}
}

func up(t *testing.T, handle *netlink.Handle, name, address string) {
	t.Helper()
	link, err := handle.LinkByName(name)
	must(t, err)
	if address != "" {
		parsed, err := netlink.ParseAddr(address)
		must(t, err)
		must(t, handle.AddrAdd(link, parsed))
	}
	must(t, handle.LinkSetUp(link))
}

// inThread runs something that changes the thread's namespace; the thread ends with it.
func inThread(t *testing.T, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		do()
	}()
	<-done
}

// start runs a prober and connects to it over its socket.
func (l *lab) start() {
	path := filepath.Join(l.t.TempDir(), "p.sock")
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, path) }()
	l.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			l.t.Error(err)
		}
	})
	for l.conn == nil {
		if connection, err := net.Dial("unix", path); err == nil {
			l.conn = connection
		} else {
			runtime.Gosched()
		}
	}
	l.t.Cleanup(func() { _ = l.conn.Close() })
	if about, err := os.Stat(path); err != nil || about.Mode().Perm() != 0o600 {
		l.t.Fatalf("socket's mode: %v %v", about, err)
	}
	l.lines = bufio.NewScanner(l.conn)
	l.lines.Buffer(nil, 1<<20)
}

func (l *lab) write(name, text string) {
	l.t.Helper()
	must(l.t, os.WriteFile(filepath.Join(l.root, name), []byte(text), 0o644))
}

// send asks from the stand-in. It gives an answer as long as the busiest host may take; a request that is to get none says how
// long it waits.
func (l *lab) send(id string, fields map[string]any) {
	l.t.Helper()
	whole := map[string]any{"id": id, "from": map[string]any{"pid": l.pid}, "timeoutMs": 30_000}
	for name, value := range fields {
		whole[name] = value
	}
	line, _ := json.Marshal(whole)
	_, err := l.conn.Write(append(line, '\n'))
	must(l.t, err)
}

func (l *lab) receive() result {
	l.t.Helper()
	if !l.lines.Scan() {
		l.t.Fatalf("the prober closed: %v", l.lines.Err())
	}
	var r result
	must(l.t, json.Unmarshal(l.lines.Bytes(), &r))
	return r
}

func (l *lab) ask(fields map[string]any) result {
	l.t.Helper()
	l.send("only", fields)
	return l.receive()
}

func (l *lab) listen(address string) net.Listener {
	l.t.Helper()
	var listener net.Listener
	inThread(l.t, func() {
		must(l.t, netns.Set(l.servers))
		var err error
		listener, err = net.Listen("tcp4", address)
		must(l.t, err)
	})
	l.t.Cleanup(func() { _ = listener.Close() })
	return listener
}

func (l *lab) packets(address string) net.PacketConn {
	l.t.Helper()
	var socket net.PacketConn
	inThread(l.t, func() {
		must(l.t, netns.Set(l.servers))
		var err error
		socket, err = net.ListenPacket("udp4", address)
		must(l.t, err)
	})
	l.t.Cleanup(func() { _ = socket.Close() })
	return socket
}

// names serves a zone over UDP and TCP: see zone.
func (l *lab) names(handler dns.HandlerFunc) {
	for _, server := range []*dns.Server{{PacketConn: l.packets(":53"), Handler: handler}, {Listener: l.listen(":53"), Handler: handler}} {
		ready := make(chan struct{})
		server.NotifyStartedFunc = func() { close(ready) }
		go func() { _ = server.ActivateAndServe() }()
		<-ready
		l.t.Cleanup(func() { _ = server.Shutdown() })
	}
}

// zone answers by the first label: web, alias, empty, broken, mute, large; else NXDOMAIN.
func zone(w dns.ResponseWriter, asked *dns.Msg) {
	q := asked.Question[0]
	said := new(dns.Msg).SetReply(asked)
	_, udp := w.RemoteAddr().(*net.UDPAddr)
	add := func(text string) {
		if record, err := dns.NewRR(text); err == nil {
			said.Answer = append(said.Answer, record)
		}
	}
	label, domain, _ := strings.Cut(q.Name, ".")
	switch {
	case label == "mute":
		return
	case label == "broken":
		said.Rcode = dns.RcodeServerFailure
	case domain != "shop.test.":
		said.Rcode = dns.RcodeNameError
	case label == "empty" || q.Qtype != dns.TypeA && (label == "web" || label == "alias"):
	case label == "alias":
		add(q.Name + " 5 IN CNAME web.shop.test.")
		add("web.shop.test. 5 IN A " + serverAddr)
	case label == "web":
		add(q.Name + " 5 IN A " + serverAddr)
	case label == "large" && udp:
		said.Truncated = true
	case label == "large":
		for i := range 60 {
			add(fmt.Sprintf("%s 5 IN A 10.99.2.%d", q.Name, i+1))
		}
	default:
		said.Rcode = dns.RcodeNameError
	}
	_ = w.WriteMsg(said)
}
