// Package gate holds the start of a pod until the policies that select it are in force on its node. A CNI plugin, last
// in the chain, tells the policy role of the new pod and its address and waits for the answer, before any of the pod's
// containers runs. Where no policy role runs on the node, pods start without.
package gate

import "time"

// Socket is where the policy role listens, on the node.
const Socket = "/run/network-policy/gate.sock"

// Patience is how long a pod's start waits for its policies. After it the start fails and kubelet tries again: a pod
// must not run open because its node is slow.
const Patience = 5 * time.Second

// Arrival is one new pod, as the CNI plugin knows it.
type Arrival struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	UID       string `json:"uid"`
	Address   string `json:"address"`
}

// Answer of the policy role: Error is empty when the policies are in force.
type Answer struct {
	Error string `json:"error,omitempty"`
}
