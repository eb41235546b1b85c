package policy

import (
	"cmp"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
)

// Input is what a table is made from. Nothing of it is changed.
type Input struct {
	// Node is the name of the node that the table is for.
	Node       string
	Pods       []*corev1.Pod
	Namespaces []*corev1.Namespace
	Policies   []*networkingv1.NetworkPolicy
	// Addresses, by pod UID, that this node gave to its pods and that the API does not show yet.
	Addresses map[types.UID]netip.Addr
}

// Make works out the table.
func Make(input Input) *Table {
	maker := &maker{
		pods: podsOf(input),
		table: &Table{
			Guarded:  map[Direction]map[netip.Addr]string{Ingress: {}, Egress: {}},
			Groups:   map[string]Group{},
			Policies: map[string][]Rule{},
			Pods:     map[string]map[netip.Addr]bool{},
			Blocks:   map[string][]Range{},
			Named:    map[string]map[netip.AddrPort]bool{},
		},
	}
	policies := slices.SortedFunc(slices.Values(input.Policies), func(a, b *networkingv1.NetworkPolicy) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	selecting := map[Direction]map[netip.Addr][]string{Ingress: {}, Egress: {}}
	for _, policy := range policies {
		selector := selectorOf(&policy.Spec.PodSelector)
		selected := []netip.Addr{}
		for _, pod := range maker.pods {
			if pod.node == input.Node && pod.namespace == policy.Namespace && selector.Matches(pod.labels) {
				selected = append(selected, pod.address)
			}
		}
		if len(selected) == 0 {
			continue
		}
		for _, direction := range directionsOf(policy) {
			name := maker.policy(policy, direction)
			for _, address := range selected {
				selecting[direction][address] = append(selecting[direction][address], name)
			}
		}
	}
	for direction, pods := range selecting {
		for address, names := range pods {
			group := Group{Direction: direction, Policies: names}
			name := groupName(group)
			maker.table.Groups[name] = group
			maker.table.Guarded[direction][address] = name
		}
	}
	return maker.table
}

type maker struct {
	pods  []pod
	table *Table
}

// directionsOf follows the API: without policyTypes, Ingress always and Egress when there are egress rules. (The API
// server fills policyTypes in; objects from elsewhere may lack it.)
func directionsOf(policy *networkingv1.NetworkPolicy) []Direction {
	directions := []Direction{}
	types := policy.Spec.PolicyTypes
	if slices.Contains(types, networkingv1.PolicyTypeIngress) || len(types) == 0 {
		directions = append(directions, Ingress)
	}
	if slices.Contains(types, networkingv1.PolicyTypeEgress) || (len(types) == 0 && len(policy.Spec.Egress) > 0) {
		directions = append(directions, Egress)
	}
	return directions
}

// policy adds one direction of a policy and what it refers to, and returns its name in the table.
func (m *maker) policy(policy *networkingv1.NetworkPolicy, direction Direction) string {
	rules := []Rule{}
	if direction == Ingress {
		for _, rule := range policy.Spec.Ingress {
			rules = append(rules, m.rules(policy.Namespace, direction, rule.From, rule.Ports)...)
		}
	} else {
		for _, rule := range policy.Spec.Egress {
			rules = append(rules, m.rules(policy.Namespace, direction, rule.To, rule.Ports)...)
		}
	}
	name := policyName(direction, policy.Namespace, policy.Name, rules)
	m.table.Policies[name] = rules
	return name
}

// rules spells one rule of the API out: every kind of peer with every kind of port.
func (m *maker) rules(namespace string, direction Direction, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) []Rule {
	rules := []Rule{}
	for _, peer := range m.peers(namespace, peers) {
		for _, port := range m.ports(ports) {
			port.Direction, port.Pods, port.Blocks = direction, peer.Pods, peer.Blocks
			rules = append(rules, port)
		}
	}
	return rules
}

// peers returns rules of which only the peer is set. No peers means any.
func (m *maker) peers(namespace string, peers []networkingv1.NetworkPolicyPeer) []Rule {
	if len(peers) == 0 {
		return []Rule{{}}
	}
	rules, blocks, pods := []Rule{}, []*networkingv1.IPBlock{}, []networkingv1.NetworkPolicyPeer{}
	for _, peer := range peers {
		if peer.IPBlock != nil {
			blocks = append(blocks, peer.IPBlock)
		} else if peer.PodSelector != nil || peer.NamespaceSelector != nil {
			pods = append(pods, peer)
		}
	}
	if len(pods) > 0 {
		name := podsName(namespace, pods)
		if _, known := m.table.Pods[name]; !known {
			m.table.Pods[name] = m.matching(namespace, pods)
		}
		rules = append(rules, Rule{Pods: name})
	}
	if ranges := rangesOf(blocks); len(ranges) > 0 {
		name := blocksName(ranges)
		m.table.Blocks[name] = ranges
		rules = append(rules, Rule{Blocks: name})
	}
	return rules
}

func (m *maker) matching(namespace string, peers []networkingv1.NetworkPolicyPeer) map[netip.Addr]bool {
	found := map[netip.Addr]bool{}
	for _, peer := range peers {
		// A missing pod selector means all pods of the namespaces; a missing namespace selector the policy's own.
		pods, namespaces := labels.Everything(), labels.Selector(nil)
		if peer.PodSelector != nil {
			pods = selectorOf(peer.PodSelector)
		}
		if peer.NamespaceSelector != nil {
			namespaces = selectorOf(peer.NamespaceSelector)
		}
		for _, pod := range m.pods {
			inside := pod.namespace == namespace
			if namespaces != nil {
				inside = pod.of != nil && namespaces.Matches(pod.of)
			}
			if inside && pods.Matches(pod.labels) {
				found[pod.address] = true
			}
		}
	}
	return found
}

// selectorOf reads a selector; one that does not parse (the API server lets none in) matches nothing.
func selectorOf(of *metav1.LabelSelector) labels.Selector {
	selector, err := metav1.LabelSelectorAsSelector(of)
	if err != nil {
		return labels.Nothing()
	}
	return selector
}
