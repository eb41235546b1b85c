// Package policytest invents clusters for tests: small, so that selectors, ports and ranges often meet.
package policytest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Cluster is an invented one.
type Cluster struct {
	Pods       []*corev1.Pod
	Namespaces []*corev1.Namespace
	Policies   []*networkingv1.NetworkPolicy
}

// Ports that are worth asking: those that policies and pods name, and neighbours of theirs.
var Ports = []uint16{79, 80, 81, 85, 90, 443}

// Namespaces that the clusters have.
var namespaces = []string{"x", "y", "z"}

// Make invents a cluster whose pods have the given addresses and lie on the given nodes, with up to most policies.
func Make(random *rand.Rand, addresses []netip.Addr, nodes []string, most int) Cluster {
	cluster := Cluster{}
	for _, name := range namespaces {
		labels := labelsOf(random)
		labels["kubernetes.io/metadata.name"] = name
		cluster.Namespaces = append(cluster.Namespaces, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}})
	}
	for index, address := range addresses {
		cluster.Pods = append(cluster.Pods, podOf(random, index, address, pick(random, nodes)))
	}
	for index := range random.IntN(most + 1) {
		cluster.Policies = append(cluster.Policies, policyOf(random, index, addresses))
	}
	return cluster
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

func often(random *rand.Rand, percent int) bool { return random.IntN(100) < percent }

func labelsOf(random *rand.Rand) map[string]string {
	labels := map[string]string{}
	for _, key := range []string{"app", "tier"} {
		if often(random, 70) {
			labels[key] = pick(random, []string{"a", "b"})
		}
	}
	return labels
}

func podOf(random *rand.Rand, index int, address netip.Addr, node string) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: pick(random, namespaces), Name: fmt.Sprintf("pod-%d", index), Labels: labelsOf(random)},
		Spec:       corev1.PodSpec{NodeName: node, HostNetwork: often(random, 5)},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning, PodIP: address.String()},
	}
	if often(random, 5) {
		pod.Status.Phase = pick(random, []corev1.PodPhase{corev1.PodSucceeded, corev1.PodFailed})
	}
	for _, protocol := range []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP} {
		for _, name := range []string{"web", "dns"} {
			if often(random, 60) {
				port := corev1.ContainerPort{Name: name, Protocol: protocol, ContainerPort: int32(pick(random, Ports))}
				pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Ports: []corev1.ContainerPort{port}})
			}
		}
	}
	return pod
}

func policyOf(random *rand.Rand, index int, addresses []netip.Addr) *networkingv1.NetworkPolicy {
	policy := &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Namespace: pick(random, namespaces), Name: fmt.Sprintf("policy.%d", index)},
		Spec:       networkingv1.NetworkPolicySpec{PodSelector: selectorOf(random)},
	}
	for _, kind := range []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress} {
		if often(random, 50) {
			policy.Spec.PolicyTypes = append(policy.Spec.PolicyTypes, kind)
		}
	}
	for range random.IntN(3) {
		policy.Spec.Ingress = append(policy.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: peersOf(random, addresses), Ports: portsOf(random)})
	}
	for range random.IntN(3) {
		policy.Spec.Egress = append(policy.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: peersOf(random, addresses), Ports: portsOf(random)})
	}
	return policy
}

func selectorOf(random *rand.Rand) metav1.LabelSelector {
	selector := metav1.LabelSelector{}
	if often(random, 50) {
		selector.MatchLabels = map[string]string{pick(random, []string{"app", "tier"}): pick(random, []string{"a", "b"})}
	}
	if often(random, 30) {
		expression := metav1.LabelSelectorRequirement{Key: pick(random, []string{"app", "tier"}), Operator: pick(random, []metav1.LabelSelectorOperator{
			metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn, metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist,
		})}
		if expression.Operator == metav1.LabelSelectorOpIn || expression.Operator == metav1.LabelSelectorOpNotIn {
			expression.Values = []string{pick(random, []string{"a", "b"})}
		}
		selector.MatchExpressions = append(selector.MatchExpressions, expression)
	}
	return selector
}

func peersOf(random *rand.Rand, addresses []netip.Addr) []networkingv1.NetworkPolicyPeer {
	peers := []networkingv1.NetworkPolicyPeer{}
	for range random.IntN(3) {
		peer := networkingv1.NetworkPolicyPeer{}
		if often(random, 40) {
			peer.IPBlock = blockOf(random, addresses)
			peers = append(peers, peer)
			continue
		}
		pods, namespaces := selectorOf(random), selectorOf(random)
		if often(random, 60) {
			peer.PodSelector = &pods
		}
		if often(random, 60) || peer.PodSelector == nil {
			peer.NamespaceSelector = &namespaces
		}
		peers = append(peers, peer)
	}
	return peers
}

func blockOf(random *rand.Rand, addresses []netip.Addr) *networkingv1.IPBlock {
	prefix := func() string {
		return netip.PrefixFrom(pick(random, addresses), pick(random, []int{0, 8, 24, 29, 30, 31, 32})).Masked().String()
	}
	block := &networkingv1.IPBlock{CIDR: prefix()}
	for range random.IntN(3) {
		block.Except = append(block.Except, prefix())
	}
	return block
}

func portsOf(random *rand.Rand) []networkingv1.NetworkPolicyPort {
	ports := []networkingv1.NetworkPolicyPort{}
	for range random.IntN(3) {
		port := networkingv1.NetworkPolicyPort{}
		if often(random, 80) {
			protocol := pick(random, []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP})
			port.Protocol = &protocol
		}
		switch random.IntN(4) {
		case 0:
			number := intstr.FromString(pick(random, []string{"web", "dns", "nobody"}))
			port.Port = &number
		case 1:
			number := intstr.FromInt32(int32(pick(random, Ports)))
			port.Port = &number
		case 2:
			number, last := intstr.FromInt32(80), int32(pick(random, []uint16{80, 85, 89, 65535}))
			port.Port, port.EndPort = &number, &last
		}
		ports = append(ports, port)
	}
	return ports
}
