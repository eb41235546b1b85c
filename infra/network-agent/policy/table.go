// Package policy turns pods, namespaces and NetworkPolicies into the table of one node: which of its pods are isolated,
// and what is let through to and from them. It is pure: no kernel, no clock, no API.
package policy

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
)

// Direction of a policy, as its pods see it.
type Direction string

const (
	Ingress Direction = "ingress"
	Egress  Direction = "egress"
)

// Table is what one node should enforce. Names of rule lists and blocks say what they hold: the same name never means
// another content, so that they can be added and removed but need no change. Sets of addresses, which change with every
// pod, are named by the question they answer.
type Table struct {
	// Guarded maps each isolated pod of this node to the name of its group, per direction. Absent: all is allowed.
	Guarded map[Direction]map[netip.Addr]string
	// Groups maps a group's name to the names of its policies; no policy lets through: drop.
	Groups map[string]Group
	// Policies maps a policy's name to its rules; any rule that matches lets through.
	Policies map[string][]Rule
	// Pods maps a set's name to the addresses of the pods that its selectors match.
	Pods map[string]map[netip.Addr]bool
	// Blocks maps a name to sorted, disjoint ranges of addresses.
	Blocks map[string][]Range
	// Named maps a set's name to the pods' own numbers of one named port.
	Named map[string]map[netip.AddrPort]bool
}

// Group is what the isolated pods with the same policies share.
type Group struct {
	Direction Direction
	Policies  []string
}

// Rule lets traffic through when the peer and the port match. The peer is the far end: the source for ingress, the
// destination for egress. The port is always the destination's.
type Rule struct {
	Direction Direction
	// Pods and Blocks name what the peer must be in: one of them is set, or none, which is any peer.
	Pods, Blocks string
	// Protocol is empty for all traffic, ports or not.
	Protocol corev1.Protocol
	// Ports are ranges of numbers; Named names a set of Named. Neither: all ports of the protocol.
	Ports []PortRange
	Named string
}

// PortRange is First to Last, both included.
type PortRange struct{ First, Last uint16 }

// Range is First to Last, both included.
type Range struct{ First, Last netip.Addr }

// Allows says whether the table lets a connection through on this node: the evaluation that the kernel's rules perform.
func (t *Table) Allows(source, destination netip.Addr, protocol corev1.Protocol, port uint16) bool {
	if source == destination {
		return true
	}
	return t.allows(Egress, source, destination, destination, protocol, port) &&
		t.allows(Ingress, destination, source, destination, protocol, port)
}

func (t *Table) allows(direction Direction, guarded, peer, destination netip.Addr, protocol corev1.Protocol, port uint16) bool {
	name, isolated := t.Guarded[direction][guarded]
	if !isolated {
		return true
	}
	for _, policy := range t.Groups[name].Policies {
		for _, rule := range t.Policies[policy] {
			if t.matchesPeer(rule, peer) && t.matchesPort(rule, destination, protocol, port) {
				return true
			}
		}
	}
	return false
}

func (t *Table) matchesPeer(rule Rule, peer netip.Addr) bool {
	switch {
	case rule.Pods != "":
		return t.Pods[rule.Pods][peer]
	case rule.Blocks != "":
		for _, block := range t.Blocks[rule.Blocks] {
			if block.First.Compare(peer) <= 0 && peer.Compare(block.Last) <= 0 {
				return true
			}
		}
		return false
	default:
		return true
	}
}

func (t *Table) matchesPort(rule Rule, destination netip.Addr, protocol corev1.Protocol, port uint16) bool {
	if rule.Protocol == "" {
		return true
	}
	if rule.Protocol != protocol {
		return false
	}
	if rule.Named != "" {
		return t.Named[rule.Named][netip.AddrPortFrom(destination, port)]
	}
	for _, ports := range rule.Ports {
		if ports.First <= port && port <= ports.Last {
			return true
		}
	}
	return len(rule.Ports) == 0
}
