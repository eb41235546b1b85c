// Package routes keeps the paths between the pods of different nodes: one route per other node, and masquerade for
// traffic that leaves the cluster.
package routes

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Plan is what one node should have.
type Plan struct {
	// Address is this node's InternalIP; PodRange its own pods' range. Either may be invalid while unknown.
	Address  netip.Addr
	PodRange netip.Prefix
	// Next maps the pod range of each other node to the address through which it is reached.
	Next map[netip.Prefix]netip.Addr
	// Inside lists the pod ranges and addresses of all nodes, sorted: traffic to them keeps the pod's address.
	Inside []netip.Prefix
	// Config is the operator's part.
	Config Config
}

// Config is what an operator may set in the ConfigMap network-agent of kube-system.
type Config struct {
	// MTU of new pods' interfaces, in bytes; 0 takes the uplink's.
	MTU int
	// NextHops overrides, by node name, the address through which its pods are reached. An invalid address ("none")
	// means no route.
	NextHops map[string]netip.Addr
}

// ParseConfig reads the ConfigMap's data: "mtu" is a number, "nextHops" has lines of "node address" or "node none".
// All problems are named in one error; what could be read is returned in any case.
func ParseConfig(data map[string]string) (Config, error) {
	config := Config{NextHops: map[string]netip.Addr{}}
	problems := []string{}
	if text := strings.TrimSpace(data["mtu"]); text != "" {
		mtu, err := strconv.Atoi(text)
		// 576 is the least that every IPv4 host must accept (RFC 791); 65535 the most that fits its length field.
		if err != nil || (mtu != 0 && (mtu < 576 || mtu > 65535)) {
			problems = append(problems, fmt.Sprintf("mtu %q is not a number from 576 to 65535", text))
		} else {
			config.MTU = mtu
		}
	}
	for line := range strings.Lines(data["nextHops"]) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) == 2 && words[1] == "none" {
			config.NextHops[words[0]] = netip.Addr{}
			continue
		}
		if len(words) == 2 {
			if address, err := netip.ParseAddr(words[1]); err == nil && address.Is4() {
				config.NextHops[words[0]] = address
				continue
			}
		}
		problems = append(problems, fmt.Sprintf("nextHops line %q is not \"node address\"", strings.TrimSpace(line)))
	}
	if len(problems) > 0 {
		return config, fmt.Errorf("ConfigMap network-agent: %s", strings.Join(problems, "; "))
	}
	return config, nil
}

// Make plans for the node called self.
func Make(self string, nodes []*corev1.Node, config Config) Plan {
	plan := Plan{Next: map[netip.Prefix]netip.Addr{}, Config: config}
	inside := map[netip.Prefix]bool{}
	for _, node := range nodes {
		address, podRange := addressOf(node), podRangeOf(node)
		if address.IsValid() {
			inside[netip.PrefixFrom(address, address.BitLen())] = true
		}
		if podRange.IsValid() {
			inside[podRange] = true
		}
		if node.Name == self {
			plan.Address, plan.PodRange = address, podRange
			continue
		}
		if override, ok := config.NextHops[node.Name]; ok {
			address = override
		}
		if address.IsValid() && podRange.IsValid() {
			plan.Next[podRange] = address
		}
	}
	for prefix := range inside {
		plan.Inside = append(plan.Inside, prefix)
	}
	slices.SortFunc(plan.Inside, func(a, b netip.Prefix) int { return strings.Compare(a.String(), b.String()) })
	return plan
}

func addressOf(node *corev1.Node) netip.Addr {
	for _, entry := range node.Status.Addresses {
		if address, err := netip.ParseAddr(entry.Address); err == nil && entry.Type == corev1.NodeInternalIP && address.Is4() {
			return address
		}
	}
	return netip.Addr{}
}

func podRangeOf(node *corev1.Node) netip.Prefix {
	for _, text := range append([]string{node.Spec.PodCIDR}, node.Spec.PodCIDRs...) {
		if prefix, err := netip.ParsePrefix(text); err == nil && prefix.Addr().Is4() {
			return prefix.Masked()
		}
	}
	return netip.Prefix{}
}
