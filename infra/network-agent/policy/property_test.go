package policy

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"faultline.dev/network-agent/policytest"
	corev1 "k8s.io/api/core/v1"
)

// The seeds are fixed: a failure names its own and comes back.
func TestTablesOfAllNodesTogetherAllowWhatTheAPISays(t *testing.T) {
	pods := []netip.Addr{}
	for index := range 8 {
		pods = append(pods, netip.AddrFrom4([4]byte{10, 244, byte(index % 2), byte(2 + index)}))
	}
	everyone := append([]netip.Addr{netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("10.9.9.9")}, pods...)
	allowed, denied := 0, 0
	for seed := range uint64(3000) {
		random := rand.New(rand.NewPCG(seed, 1))
		cluster := policytest.Make(random, pods, []string{"one", "two"}, 6)
		reference := world{pods: cluster.Pods, namespaces: cluster.Namespaces, policies: cluster.Policies}
		tables := []*Table{}
		for _, node := range []string{"one", "two"} {
			tables = append(tables, Make(Input{Node: node, Pods: cluster.Pods, Namespaces: cluster.Namespaces, Policies: cluster.Policies}))
		}
		for _, from := range everyone {
			for _, to := range everyone {
				for _, protocol := range []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP} {
					for _, port := range policytest.Ports {
						want := reference.allowed(from, to, protocol, int32(port))
						got := tables[0].Allows(from, to, protocol, port) && tables[1].Allows(from, to, protocol, port)
						if want != got {
							t.Fatalf("seed %d: %s", seed, fmt.Sprintf("%s to %s %s/%d: API says %t, tables %t", from, to, protocol, port, want, got))
						}
						if want {
							allowed++
						} else {
							denied++
						}
					}
				}
			}
		}
	}
	// A property that is nearly always true or false proves little.
	if share := float64(denied) / float64(allowed+denied); share < 0.1 || share > 0.9 {
		t.Errorf("the invented clusters deny %.2f of the questions: they are too one-sided", share)
	}
}
