package routes

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func node(name, podRange, address string) *corev1.Node {
	made := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.NodeSpec{PodCIDR: podRange}}
	if address != "" {
		made.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeHostName, Address: name}, {Type: corev1.NodeInternalIP, Address: address}}
	}
	return made
}

var three = []*corev1.Node{node("a", "10.244.0.0/24", "172.18.0.2"), node("b", "10.244.1.0/24", "172.18.0.3"), node("c", "10.244.2.0/24", "172.18.0.4")}

func TestEveryOtherNodesPodsAreReachedThroughThatNode(t *testing.T) {
	plan := Make("a", three, Config{})
	want := map[netip.Prefix]netip.Addr{
		netip.MustParsePrefix("10.244.1.0/24"): netip.MustParseAddr("172.18.0.3"),
		netip.MustParsePrefix("10.244.2.0/24"): netip.MustParseAddr("172.18.0.4"),
	}
	if !reflect.DeepEqual(plan.Next, want) {
		t.Errorf("routes %v, want %v", plan.Next, want)
	}
	if plan.PodRange.String() != "10.244.0.0/24" || plan.Address.String() != "172.18.0.2" || len(plan.Inside) != 6 {
		t.Errorf("plan %+v", plan)
	}
}

func TestNodesThatAreNotSetUpYetHaveNoRoute(t *testing.T) {
	plan := Make("a", []*corev1.Node{three[0], node("b", "", "172.18.0.3"), node("c", "10.244.2.0/24", "")}, Config{})
	if len(plan.Next) != 0 {
		t.Errorf("routes %v", plan.Next)
	}
}

func TestTheOperatorsNextHopsWin(t *testing.T) {
	config, err := ParseConfig(map[string]string{"mtu": "1400", "nextHops": "# of the lab\nb 172.18.0.99\nc none\n"})
	if err != nil {
		t.Fatal(err)
	}
	plan := Make("a", three, config)
	want := map[netip.Prefix]netip.Addr{netip.MustParsePrefix("10.244.1.0/24"): netip.MustParseAddr("172.18.0.99")}
	if !reflect.DeepEqual(plan.Next, want) || plan.Config.MTU != 1400 {
		t.Errorf("routes %v, MTU %d", plan.Next, plan.Config.MTU)
	}
}

func TestAllMistakesOfAConfigurationAreNamedAndTheRestIsUsed(t *testing.T) {
	config, err := ParseConfig(map[string]string{"mtu": "12", "nextHops": "b\nc fd00::1\na 172.18.0.9"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{`mtu "12"`, `"b"`, `"c fd00::1"`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %s", err, part)
		}
	}
	if config.NextHops["a"] != netip.MustParseAddr("172.18.0.9") {
		t.Errorf("next hops %v", config.NextHops)
	}
}
