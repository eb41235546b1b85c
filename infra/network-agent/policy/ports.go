package policy

import (
	"cmp"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// ports returns rules of which only the port is set. No ports means all traffic, also such that has no ports.
func (m *maker) ports(ports []networkingv1.NetworkPolicyPort) []Rule {
	if len(ports) == 0 {
		return []Rule{{}}
	}
	numbers, all, rules := map[corev1.Protocol][]PortRange{}, map[corev1.Protocol]bool{}, []Rule{}
	for _, port := range ports {
		protocol := corev1.ProtocolTCP
		if port.Protocol != nil {
			protocol = *port.Protocol
		}
		switch {
		case port.Port == nil:
			all[protocol] = true
		case port.Port.Type == intstr.String:
			rules = append(rules, Rule{Protocol: protocol, Named: m.named(protocol, port.Port.StrVal)})
		default:
			first := port.Port.IntVal
			last := first
			if port.EndPort != nil {
				last = *port.EndPort
			}
			if first >= 0 && first <= last && last <= 65535 {
				numbers[protocol] = append(numbers[protocol], PortRange{First: uint16(first), Last: uint16(last)})
			}
		}
	}
	for protocol := range all {
		delete(numbers, protocol)
		rules = slices.DeleteFunc(rules, func(rule Rule) bool { return rule.Protocol == protocol })
		rules = append(rules, Rule{Protocol: protocol})
	}
	for protocol, ranges := range numbers {
		rules = append(rules, Rule{Protocol: protocol, Ports: mergePorts(ranges)})
	}
	slices.SortFunc(rules, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Named, b.Named))
	})
	return slices.CompactFunc(rules, func(a, b Rule) bool { return a.Protocol == b.Protocol && a.Named == b.Named })
}

// named fills the set of one named port: each pod may give the name another number, or several.
func (m *maker) named(protocol corev1.Protocol, name string) string {
	set := namedName(protocol, name)
	if _, known := m.table.Named[set]; known {
		return set
	}
	found := map[netip.AddrPort]bool{}
	for _, pod := range m.pods {
		for _, port := range pod.ports {
			if port.Name == name && cmp.Or(port.Protocol, corev1.ProtocolTCP) == protocol {
				found[netip.AddrPortFrom(pod.address, uint16(port.ContainerPort))] = true
			}
		}
	}
	m.table.Named[set] = found
	return set
}

func mergePorts(ranges []PortRange) []PortRange {
	slices.SortFunc(ranges, func(a, b PortRange) int { return cmp.Compare(a.First, b.First) })
	merged := []PortRange{}
	for _, next := range ranges {
		if count := len(merged); count > 0 && int(next.First) <= int(merged[count-1].Last)+1 {
			merged[count-1].Last = max(merged[count-1].Last, next.Last)
			continue
		}
		merged = append(merged, next)
	}
	return merged
}
