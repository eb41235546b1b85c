//go:build kernel

// These tests load the rules into the real kernel, in network namespaces of their own, and send packets. They need root,
// nft and iproute2: go test -tags kernel ./nft
package nft

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"faultline.dev/network-agent/policy"
	"faultline.dev/network-agent/policytest"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (l *lab) apply(table *policy.Table) time.Duration {
	l.t.Helper()
	started := time.Now()
	l.in("node", func() {
		if _, err := l.writer.Apply(context.Background(), table); err != nil {
			l.t.Fatal(err)
		}
	})
	return time.Since(started)
}

// openTo makes a table in which the server is isolated for ingress and lets in who is listed.
func openTo(server netip.Addr, peers ...netip.Addr) *policy.Table {
	members := map[netip.Addr]bool{}
	for _, peer := range peers {
		members[peer] = true
	}
	return &policy.Table{
		Guarded:  map[policy.Direction]map[netip.Addr]string{policy.Ingress: {server: "ingress-pods-1"}},
		Groups:   map[string]policy.Group{"ingress-pods-1": {Direction: policy.Ingress, Policies: []string{"ingress-shop/allow-1"}}},
		Policies: map[string][]policy.Rule{"ingress-shop/allow-1": {{Direction: policy.Ingress, Pods: "peers-1"}}},
		Pods:     map[string]map[netip.Addr]bool{"peers-1": members},
	}
}

func (l *lab) expect(want bool, from, network, to, why string) {
	l.t.Helper()
	if got := l.reaches(from, network, to, waitFor(want)); got != want {
		l.t.Errorf("%s: %s to %s over %s: answered %t, want %t", why, from, to, network, got, want)
	}
}

func TestOpenConnectionsStopWhenAPolicyComes(t *testing.T) {
	client, server := netip.MustParseAddr("10.77.0.2"), netip.MustParseAddr("10.77.0.3")
	l := newLab(t, "cut", client, server)
	l.serveTCP(server, 80)
	datagrams := l.serveUDP(server, 80)
	l.apply(&policy.Table{})
	stream, err := l.dial(client.String(), "tcp4", server.String()+":80", patience)
	if err != nil {
		t.Fatal(err)
	}
	packets, err := l.dial(client.String(), "udp4", server.String()+":80", patience)
	if err != nil {
		t.Fatal(err)
	}
	if !answers(stream, patience) || !answers(packets, patience) {
		t.Fatal("no answer before there is any policy")
	}

	l.apply(openTo(server))
	if answers(stream, quiet) {
		t.Error("the TCP connection goes on against the policy")
	}
	if answers(packets, quiet) {
		t.Error("the UDP flow goes on against the policy")
	}
	// The server may talk to the client of itself, but not inside the client's flow.
	if _, err := datagrams.WriteTo([]byte("push"), packets.LocalAddr()); err == nil {
		if packets.SetDeadline(time.Now().Add(quiet)) == nil {
			if _, err := packets.Read(make([]byte, 8)); err == nil {
				t.Error("the server still reaches the client inside the forbidden flow")
			}
		}
	}
	l.expect(false, client.String(), "tcp4", server.String()+":80", "a new connection under the policy")

	l.apply(openTo(server, client))
	l.expect(true, client.String(), "tcp4", server.String()+":80", "allowed again")
	l.expect(true, client.String(), "udp4", server.String()+":80", "allowed again")
}

func TestForgottenConnectionsDoNotComeBackTheOtherWayRound(t *testing.T) {
	client, server := netip.MustParseAddr("10.77.0.2"), netip.MustParseAddr("10.77.0.3")
	l := newLab(t, "forgot", client, server)
	l.apply(openTo(server, client))
	accepted := make(chan net.Conn, 1)
	l.in(server.String(), func() {
		listener, err := net.Listen("tcp4", "0.0.0.0:80")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { listener.Close() })
		go func() {
			if connection, err := listener.Accept(); err == nil {
				accepted <- connection
			}
		}()
	})
	stream, err := l.dial(client.String(), "tcp4", server.String()+":80", patience)
	if err != nil {
		t.Fatal(err)
	}
	serving := <-accepted
	t.Cleanup(func() { serving.Close() })

	l.apply(openTo(server))
	l.in("node", func() {
		if err := netlink.ConntrackTableFlush(netlink.ConntrackTable); err != nil {
			t.Fatal(err)
		}
	})
	// To conntrack this is the first packet of a connection, from the server, which may talk to whom it likes.
	if _, err := serving.Write([]byte("push")); err != nil {
		t.Fatal(err)
	}
	if stream.SetReadDeadline(time.Now().Add(quiet)) == nil {
		if _, err := stream.Read(make([]byte, 8)); err == nil {
			t.Error("the forbidden connection came back")
		}
	}
}

func TestPolicySeesAddressesAfterDNAT(t *testing.T) {
	client, server := netip.MustParseAddr("10.77.0.2"), netip.MustParseAddr("10.77.0.3")
	l := newLab(t, "dnat", client, server)
	l.serveTCP(server, 8080)
	l.run("node", "nft", `table ip services {
		chain prerouting { type nat hook prerouting priority dstnat; ip daddr 10.96.0.10 tcp dport 80 dnat to 10.77.0.3:8080; }
		chain postrouting { type nat hook postrouting priority srcnat; ip saddr 10.77.0.3 ip daddr 10.77.0.3 masquerade; }
	}`)
	l.apply(&policy.Table{})
	l.expect(true, client.String(), "tcp4", "10.96.0.10:80", "no policy")
	table := openTo(server, client)
	table.Policies["ingress-shop/allow-1"] = []policy.Rule{{Direction: policy.Ingress, Pods: "peers-1", Protocol: corev1.ProtocolTCP, Ports: []policy.PortRange{{First: 80, Last: 80}}}}
	l.apply(table)
	l.expect(false, client.String(), "tcp4", "10.96.0.10:80", "the Service's port is allowed, the pod's is not")
	l.expect(true, server.String(), "tcp4", "10.96.0.10:80", "a pod through its Service to itself")
}

func TestTheNodeReachesItsPods(t *testing.T) {
	server := netip.MustParseAddr("10.77.0.3")
	l := newLab(t, "node", server)
	l.serveTCP(server, 80)
	l.apply(openTo(server))
	l.expect(true, "node", "tcp4", server.String()+":80", "a probe of the kubelet")
}

// The kernel must agree with the table, whatever clusters come, changed step by step from one to the next.
func TestTheKernelEnforcesInventedClusters(t *testing.T) {
	pods := []netip.Addr{}
	for index := range 4 {
		pods = append(pods, netip.AddrFrom4([4]byte{10, 77, 0, byte(2 + index)}))
	}
	outside := netip.MustParseAddr("10.88.0.1")
	all := append([]netip.Addr{outside}, pods...)
	l := newLab(t, "any", all...)
	ports := []uint16{80, 85}
	for _, address := range all {
		for _, port := range ports {
			l.serveTCP(address, port)
			l.serveUDP(address, port)
		}
	}
	allowed, denied := 0, 0
	for seed := range uint64(12) {
		cluster := policytest.Make(rand.New(rand.NewPCG(seed, 4)), pods, []string{"here"}, 6)
		table := policy.Make(policy.Input{Node: "here", Pods: cluster.Pods, Namespaces: cluster.Namespaces, Policies: cluster.Policies})
		l.apply(table)
		group := sync.WaitGroup{}
		type answer struct {
			question  string
			want, got bool
		}
		results := make(chan answer, 1000)
		for _, from := range all {
			for _, to := range all {
				for _, port := range ports {
					for network, protocol := range map[string]corev1.Protocol{"tcp4": corev1.ProtocolTCP, "udp4": corev1.ProtocolUDP} {
						if from == to {
							continue
						}
						want := table.Allows(from, to, protocol, port)
						question := fmt.Sprintf("seed %d: %s to %s:%d over %s", seed, from, to, port, network)
						group.Go(func() {
							results <- answer{question, want, l.reachesAside(from, network, fmt.Sprintf("%s:%d", to, port), waitFor(want))}
						})
					}
				}
			}
		}
		group.Wait()
		close(results)
		for result := range results {
			if result.want {
				allowed++
			} else {
				denied++
			}
			if result.got != result.want {
				t.Errorf("%s: kernel says %t, table %t", result.question, result.got, result.want)
			}
		}
	}
	if allowed < 100 || denied < 100 {
		t.Errorf("too one-sided to prove anything: %d allowed, %d denied", allowed, denied)
	}
}

func TestAChangeAmongManyPodsIsQuick(t *testing.T) {
	l := newLab(t, "quick", netip.MustParseAddr("10.77.0.2"))
	cluster := policytest.Make(rand.New(rand.NewPCG(5, 5)), addresses(100), []string{"here"}, 99)
	for len(cluster.Policies) < 50 {
		more := policytest.Make(rand.New(rand.NewPCG(uint64(len(cluster.Policies)), 6)), addresses(100), []string{"here"}, 60)
		cluster.Policies = append(cluster.Policies, more.Policies...)
	}
	cluster.Policies = cluster.Policies[:50]
	for index, of := range cluster.Policies {
		of.Name = fmt.Sprintf("policy-%d", index)
	}
	plan := func() *policy.Table {
		return policy.Make(policy.Input{Node: "here", Pods: cluster.Pods, Namespaces: cluster.Namespaces, Policies: cluster.Policies})
	}
	t.Logf("first, whole: %v", l.apply(plan()))
	best := time.Hour
	for step := range 5 {
		// Time that this thread and nft compute, not time that passes: a busy host must not decide.
		started := computed(t) + computedByPrograms(t)
		// One pod gets other labels and one policy is replaced.
		cluster.Pods[step].Labels = map[string]string{"app": "a", "tier": "b"}
		cluster.Policies[step] = &networkingv1.NetworkPolicy{
			ObjectMeta: metav1.ObjectMeta{Namespace: "x", Name: fmt.Sprintf("new-%d", step)},
			Spec:       networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}},
		}
		l.apply(plan())
		best = min(best, computed(t)+computedByPrograms(t)-started)
	}
	t.Logf("a change: %v", best)
	if best > 50*time.Millisecond {
		t.Errorf("a change takes %v", best)
	}
}

// computedByPrograms is what the programs computed that this process has run to their end.
func computedByPrograms(t *testing.T) time.Duration {
	t.Helper()
	usage := unix.Rusage{}
	if err := unix.Getrusage(unix.RUSAGE_CHILDREN, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
