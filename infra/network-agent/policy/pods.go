package policy

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
)

// pod is a pod that has an address of its own now.
type pod struct {
	namespace string
	labels    labels.Set
	// of is the labels of its namespace; nil when the namespace is not known (any more).
	of      labels.Set
	address netip.Addr
	node    string
	ports   []corev1.ContainerPort
}

// podsOf keeps the pods that policies are about: those with an address of their own that still run. Where two pods claim
// one address (an old one is not gone from the API while the address already serves a new one) the newer has it.
func podsOf(input Input) []pod {
	namespaces := map[string]labels.Set{}
	for _, namespace := range input.Namespaces {
		namespaces[namespace.Name] = labels.Set(namespace.Labels)
		if namespace.Labels == nil {
			namespaces[namespace.Name] = labels.Set{}
		}
	}
	holders := map[netip.Addr]*corev1.Pod{}
	for _, candidate := range input.Pods {
		address := addressOf(candidate, input.Addresses)
		if !address.IsValid() || candidate.Spec.HostNetwork || candidate.Status.Phase == corev1.PodSucceeded || candidate.Status.Phase == corev1.PodFailed {
			continue
		}
		if holder, taken := holders[address]; !taken || outranks(candidate, holder, input.Addresses) {
			holders[address] = candidate
		}
	}
	pods := make([]pod, 0, len(holders))
	for address, holder := range holders {
		pods = append(pods, pod{
			namespace: holder.Namespace, labels: holder.Labels, of: namespaces[holder.Namespace],
			address: address, node: holder.Spec.NodeName, ports: portsOf(holder),
		})
	}
	return pods
}

// addressOf prefers what the pod's node announced: it is ahead of the API, which shows no address or, after a restart of
// the node, an old one.
func addressOf(of *corev1.Pod, announced map[types.UID]netip.Addr) netip.Addr {
	if address, ok := announced[of.UID]; ok {
		return address
	}
	texts := []string{of.Status.PodIP}
	for _, entry := range of.Status.PodIPs {
		texts = append(texts, entry.IP)
	}
	for _, text := range texts {
		if address, err := netip.ParseAddr(text); err == nil && address.Is4() {
			return address
		}
	}
	return netip.Addr{}
}

// outranks says which of two pods with one address is meant: one just announced by its node, then one that is not being
// deleted, then the younger; the name decides between equals, so that the result does not hang on the order.
func outranks(a, b *corev1.Pod, announced map[types.UID]netip.Addr) bool {
	_, aNew := announced[a.UID]
	_, bNew := announced[b.UID]
	if aNew != bNew {
		return aNew
	}
	if aEnds, bEnds := a.DeletionTimestamp != nil, b.DeletionTimestamp != nil; aEnds != bEnds {
		return bEnds
	}
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return b.CreationTimestamp.Before(&a.CreationTimestamp)
	}
	return a.Namespace+"/"+a.Name > b.Namespace+"/"+b.Name
}

// portsOf lists the ports of what runs beside each other: containers, and init containers that keep running.
func portsOf(of *corev1.Pod) []corev1.ContainerPort {
	ports := []corev1.ContainerPort{}
	for _, container := range of.Spec.Containers {
		ports = append(ports, container.Ports...)
	}
	for _, container := range of.Spec.InitContainers {
		if container.RestartPolicy != nil && *container.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			ports = append(ports, container.Ports...)
		}
	}
	return ports
}
