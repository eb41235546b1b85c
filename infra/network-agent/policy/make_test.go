package policy

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

var (
	first   = netip.MustParseAddr("10.244.0.2")
	second  = netip.MustParseAddr("10.244.0.3")
	outside = netip.MustParseAddr("192.0.2.1")
)

func podWith(name, address string, change ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID(name), Labels: map[string]string{"app": name}},
		Spec:       corev1.PodSpec{NodeName: "here"},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning, PodIP: address},
	}
	for _, apply := range change {
		apply(pod)
	}
	return pod
}

func denyAll(app string) *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "deny-" + app},
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app": app}},
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
		},
	}
}

func tableOf(pods []*corev1.Pod, announced map[types.UID]netip.Addr, policies ...*networkingv1.NetworkPolicy) *Table {
	return Make(Input{
		Node: "here", Pods: pods, Policies: policies, Addresses: announced,
		Namespaces: []*corev1.Namespace{{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}},
	})
}

func TestWhoIsIsolated(t *testing.T) {
	hostNetwork := func(pod *corev1.Pod) { pod.Spec.HostNetwork = true }
	elsewhere := func(pod *corev1.Pod) { pod.Spec.NodeName = "there" }
	ended := func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodSucceeded }
	leaving := func(pod *corev1.Pod) { pod.DeletionTimestamp = &metav1.Time{Time: time.Unix(100, 0)} }
	younger := func(pod *corev1.Pod) { pod.CreationTimestamp = metav1.Time{Time: time.Unix(200, 0)} }
	cases := []struct {
		name      string
		pods      []*corev1.Pod
		announced map[types.UID]netip.Addr
		want      bool
	}{
		{"a selected pod of this node", []*corev1.Pod{podWith("a", "10.244.0.2")}, nil, true},
		{"a selected pod that is being deleted", []*corev1.Pod{podWith("a", "10.244.0.2", leaving)}, nil, true},
		{"not a pod of another node", []*corev1.Pod{podWith("a", "10.244.0.2", elsewhere)}, nil, false},
		{"not a pod on the host's network", []*corev1.Pod{podWith("a", "10.244.0.2", hostNetwork)}, nil, false},
		{"not a pod that has ended", []*corev1.Pod{podWith("a", "10.244.0.2", ended)}, nil, false},
		{"not a pod that no policy selects", []*corev1.Pod{podWith("b", "10.244.0.2")}, nil, false},
		{"not the next holder of an address, while the last one is still listed", []*corev1.Pod{podWith("a", "10.244.0.2", leaving), podWith("b", "10.244.0.2")}, nil, false},
		{"the younger holder of an address", []*corev1.Pod{podWith("b", "10.244.0.2"), podWith("a", "10.244.0.2", younger)}, nil, true},
		{"a pod whose address only the node knows", []*corev1.Pod{podWith("a", "")}, map[types.UID]netip.Addr{"a": first}, true},
		{"a restarted pod under its new address", []*corev1.Pod{podWith("a", "10.244.0.9")}, map[types.UID]netip.Addr{"a": first}, true},
		{"an announced pod before an old holder of its address", []*corev1.Pod{podWith("b", "10.244.0.2", younger), podWith("a", "")}, map[types.UID]netip.Addr{"a": first}, true},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			table := tableOf(test.pods, test.announced, denyAll("a"))
			if got := !table.Allows(outside, first, corev1.ProtocolTCP, 80); got != test.want {
				t.Errorf("isolated for ingress: %t, want %t", got, test.want)
			}
			if got := !table.Allows(first, outside, corev1.ProtocolTCP, 80); got != test.want {
				t.Errorf("isolated for egress: %t, want %t", got, test.want)
			}
		})
	}
}

func TestAPodAlwaysReachesItself(t *testing.T) {
	table := tableOf([]*corev1.Pod{podWith("a", "10.244.0.2")}, nil, denyAll("a"))
	if !table.Allows(first, first, corev1.ProtocolTCP, 80) {
		t.Error("an isolated pod does not reach itself")
	}
}

func TestNothingIsPlannedForPodsOfOtherNodes(t *testing.T) {
	elsewhere := podWith("a", "10.244.1.2", func(pod *corev1.Pod) { pod.Spec.NodeName = "there" })
	table := tableOf([]*corev1.Pod{elsewhere, podWith("b", "10.244.0.3")}, nil, denyAll("a"))
	if len(table.Policies)+len(table.Groups)+len(table.Pods)+len(table.Guarded[Ingress]) != 0 {
		t.Errorf("the table holds what no pod of the node needs: %+v", table)
	}
}

func TestAPodsLabelChangesOnlyTheSetItIsIn(t *testing.T) {
	allow := denyAll("a")
	allow.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{
		{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "b"}}},
	}}}
	before := tableOf([]*corev1.Pod{podWith("a", "10.244.0.2"), podWith("b", "10.244.0.3")}, nil, allow)
	after := tableOf([]*corev1.Pod{podWith("a", "10.244.0.2"), podWith("c", "10.244.0.3")}, nil, allow)
	if !before.Allows(second, first, corev1.ProtocolTCP, 80) || after.Allows(second, first, corev1.ProtocolTCP, 80) {
		t.Error("the label does not decide")
	}
	if !reflect.DeepEqual(before.Policies, after.Policies) || !reflect.DeepEqual(before.Groups, after.Groups) {
		t.Error("rules changed where only members of a set did")
	}
	if !reflect.DeepEqual(sortedKeys(before.Pods), sortedKeys(after.Pods)) {
		t.Error("a set changed its name with its members")
	}
}

func sortedKeys(from map[string]map[netip.Addr]bool) map[string]bool {
	keys := map[string]bool{}
	for key := range from {
		keys[key] = true
	}
	return keys
}

func TestRangesOfBlocks(t *testing.T) {
	spans := func(texts ...string) []Range {
		ranges := []Range{}
		for index := 0; index < len(texts); index += 2 {
			ranges = append(ranges, Range{netip.MustParseAddr(texts[index]), netip.MustParseAddr(texts[index+1])})
		}
		return ranges
	}
	cases := []struct {
		name   string
		blocks []*networkingv1.IPBlock
		want   []Range
	}{
		{"everything", []*networkingv1.IPBlock{{CIDR: "0.0.0.0/0"}}, spans("0.0.0.0", "255.255.255.255")},
		{"one address", []*networkingv1.IPBlock{{CIDR: "10.0.0.7/32"}}, spans("10.0.0.7", "10.0.0.7")},
		{"a hole in the middle", []*networkingv1.IPBlock{{CIDR: "10.0.0.0/24", Except: []string{"10.0.0.8/30"}}}, spans("10.0.0.0", "10.0.0.7", "10.0.0.12", "10.0.0.255")},
		{"a hole at either end", []*networkingv1.IPBlock{{CIDR: "0.0.0.0/0", Except: []string{"0.0.0.0/8", "255.0.0.0/8"}}}, spans("1.0.0.0", "254.255.255.255")},
		{"nothing left", []*networkingv1.IPBlock{{CIDR: "10.0.0.0/24", Except: []string{"10.0.0.0/25", "10.0.0.128/25"}}}, spans()},
		{"another block fills the hole", []*networkingv1.IPBlock{{CIDR: "10.0.0.0/24", Except: []string{"10.0.0.0/25"}}, {CIDR: "10.0.0.0/25"}}, spans("10.0.0.0", "10.0.0.255")},
		{"host bits in a CIDR do not count", []*networkingv1.IPBlock{{CIDR: "10.0.0.9/24"}}, spans("10.0.0.0", "10.0.0.255")},
		{"IPv6 covers nothing here", []*networkingv1.IPBlock{{CIDR: "fd00::/8"}}, spans()},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			if got := rangesOf(test.blocks); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
