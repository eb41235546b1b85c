// Package nft puts a policy table into the kernel, as one nftables table that is changed in single transactions.
//
// Every packet is judged by its connection, not by its own direction: conntrack knows who asked (`ct original ip saddr`)
// and who answers (`ct reply ip saddr`, the server after DNAT). So replies pass exactly when the request would pass
// now, and a connection that a new policy forbids stops in both directions at once, TCP and UDP alike, with no rule for
// "established" and nothing to clean up.
package nft

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"faultline.dev/network-agent/policy"
)

// Table is the name of the policy table.
const Table = "network-policy"

const (
	forward  = "forward"
	ingress  = "ingress"
	isolated = "isolated"
	itself   = "itself"

	source      = "ct original ip saddr"
	destination = "ct reply ip saddr"
	port        = "ct reply proto-src"

	address         = "ipv4_addr"
	addressPair     = "ipv4_addr . ipv4_addr"
	addressWithPort = "ipv4_addr . inet_service"

	// between joins the parts of an element's key; no part contains it.
	between = " . "
)

// set is a set's type and elements; an interval set is never changed, only added and removed.
type set struct {
	kind     string
	interval bool
	elements map[string]bool
}

// ruleset is a policy table in nftables' own words.
type ruleset struct {
	sets   map[string]set
	chains map[string][]string
	// guards map a direction's isolated pods to verdicts.
	guards map[policy.Direction]map[string]string
}

// preamble is the base chain. Its first rules are about packets of isolated pods whose connection is not known, so that
// nobody can tell who asked: conntrack would take the first packet it sees for the request, and a forbidden connection
// would come to life again as one in the other direction. What is no packet of any connection is dropped; the middle of
// an unknown TCP connection is told that it is gone, so that its ends connect anew.
var preamble = []string{
	"ct state invalid,untracked ip saddr @isolated drop",
	"ct state invalid,untracked ip daddr @isolated drop",
	"ct state new tcp flags & (fin | syn | rst | ack) != syn ip saddr @isolated reject with tcp reset",
	"ct state new tcp flags & (fin | syn | rst | ack) != syn ip daddr @isolated reject with tcp reset",
	source + between + destination + " @" + itself + " accept",
	source + " vmap @" + string(policy.Egress),
	"goto " + ingress,
}

func compile(table *policy.Table) *ruleset {
	rules := &ruleset{
		sets: map[string]set{
			isolated: {kind: address, elements: map[string]bool{}},
			itself:   {kind: addressPair, elements: map[string]bool{}},
		},
		chains: map[string][]string{
			forward: preamble,
			ingress: {destination + " vmap @" + string(policy.Ingress), "accept"},
		},
		guards: map[policy.Direction]map[string]string{policy.Ingress: {}, policy.Egress: {}},
	}
	for name, pods := range table.Pods {
		elements := make(map[string]bool, len(pods))
		for pod := range pods {
			elements[pod.String()] = true
		}
		rules.sets[name] = set{kind: address, elements: elements}
	}
	for name, named := range table.Named {
		elements := make(map[string]bool, len(named))
		for pod := range named {
			elements[pod.Addr().String()+between+fmt.Sprint(pod.Port())] = true
		}
		rules.sets[name] = set{kind: addressWithPort, elements: elements}
	}
	for name, ranges := range table.Blocks {
		elements := make(map[string]bool, len(ranges))
		for _, block := range ranges {
			elements[rangeText(block)] = true
		}
		rules.sets[name] = set{kind: address, interval: true, elements: elements}
	}
	for name, policyRules := range table.Policies {
		lines := make([]string, 0, len(policyRules))
		for _, rule := range policyRules {
			lines = append(lines, ruleText(rule))
		}
		rules.chains[name] = lines
	}
	for name, group := range table.Groups {
		lines := make([]string, 0, len(group.Policies)+1)
		for _, policyName := range group.Policies {
			lines = append(lines, "jump "+policyName)
		}
		rules.chains[name] = append(lines, "counter drop")
	}
	for direction, pods := range table.Guarded {
		for pod, group := range pods {
			rules.guard(direction, pod, group)
		}
	}
	return rules
}

func (r *ruleset) guard(direction policy.Direction, pod netip.Addr, group string) {
	r.guards[direction][pod.String()] = "goto " + group
	r.sets[isolated].elements[pod.String()] = true
	r.sets[itself].elements[pod.String()+between+pod.String()] = true
}

func ruleText(rule policy.Rule) string {
	peer, verdict := source, "accept"
	if rule.Direction == policy.Egress {
		// What may leave one pod must still be let in by the other.
		peer, verdict = destination, "goto "+ingress
	}
	words := []string{}
	if name := rule.Pods + rule.Blocks; name != "" {
		words = append(words, peer+" @"+name)
	}
	if rule.Protocol != "" {
		words = append(words, "ct protocol "+strings.ToLower(string(rule.Protocol)))
	}
	if rule.Named != "" {
		words = append(words, destination+between+port+" @"+rule.Named)
	}
	if len(rule.Ports) > 0 {
		ports := make([]string, 0, len(rule.Ports))
		for _, of := range rule.Ports {
			text := fmt.Sprint(of.First)
			if of.Last != of.First {
				text += "-" + fmt.Sprint(of.Last)
			}
			ports = append(ports, text)
		}
		words = append(words, port+" { "+strings.Join(ports, ", ")+" }")
	}
	return strings.Join(append(words, verdict), " ")
}

// rangeText prefers a prefix, which is how people read ranges.
func rangeText(block policy.Range) string {
	if block.First == block.Last {
		return block.First.String()
	}
	for bits := range 33 {
		prefix := netip.PrefixFrom(block.First, bits)
		if prefix.Masked().Addr() == block.First && lastOf(prefix) == block.Last {
			return prefix.String()
		}
	}
	return block.First.String() + "-" + block.Last.String()
}

func lastOf(prefix netip.Prefix) netip.Addr {
	last := prefix.Masked().Addr().As4()
	for bit := prefix.Bits(); bit < 32; bit++ {
		last[bit/8] |= 1 << (7 - bit%8)
	}
	return netip.AddrFrom4(last)
}

// sorted returns a map's keys in order: transactions are the same for the same input.
func sorted[V any](from map[string]V) []string {
	keys := make([]string, 0, len(from))
	for key := range from {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
