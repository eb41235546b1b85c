package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// longest name of ours: nftables allows 255 characters, and readers far fewer.
const longest = 100

// readable puts a readable part before a short hash of what the name stands for.
func readable(prefix string, content any) string {
	text, err := json.Marshal(content)
	if err != nil {
		// Only plain structs and API types come here; both always marshal.
		panic(fmt.Sprintf("naming %s: %v", prefix, err))
	}
	sum := sha256.Sum256(text)
	if len(prefix) > longest {
		prefix = prefix[:longest]
	}
	// 64 bits: a collision would need billions of policies on one node.
	return prefix + "-" + hex.EncodeToString(sum[:8])
}

func policyName(direction Direction, namespace, name string, rules []Rule) string {
	return readable(fmt.Sprintf("%s-%s/%s", direction, namespace, name), []any{direction, namespace, name, rules})
}

func groupName(group Group) string {
	return readable(string(group.Direction)+"-pods", group)
}

func podsName(namespace string, peers []networkingv1.NetworkPolicyPeer) string {
	// The policy's namespace is part of the question only where a peer leaves its namespace out.
	for _, peer := range peers {
		if peer.NamespaceSelector == nil {
			return readable("peers-"+namespace, []any{namespace, peers})
		}
	}
	return readable("peers", peers)
}

func blocksName(ranges []Range) string { return readable("blocks", ranges) }

func namedName(protocol corev1.Protocol, name string) string {
	return fmt.Sprintf("port-%s-%s", protocol, name)
}
