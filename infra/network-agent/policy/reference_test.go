package policy

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// world answers, as directly as the API's documentation is written, whether a connection is allowed. It shares no code
// with the table: no sets, no names, no ranges.
type world struct {
	pods       []*corev1.Pod
	namespaces []*corev1.Namespace
	policies   []*networkingv1.NetworkPolicy
}

func (w world) allowed(from, to netip.Addr, protocol corev1.Protocol, port int32) bool {
	if from == to {
		return true
	}
	client, server := w.at(from), w.at(to)
	out := w.lets(networkingv1.PolicyTypeEgress, client, server, to, server, protocol, port)
	in := w.lets(networkingv1.PolicyTypeIngress, server, client, from, server, protocol, port)
	return out && in
}

// lets says whether subject's policies of one type let the peer through; no subject means nobody is asked.
func (w world) lets(kind networkingv1.PolicyType, subject, peer *corev1.Pod, peerAddress netip.Addr, server *corev1.Pod, protocol corev1.Protocol, port int32) bool {
	if subject == nil {
		return true
	}
	isolated := false
	for _, policy := range w.policies {
		if policy.Namespace != subject.Namespace || !selects(policy.Spec.PodSelector, subject.Labels) || !covers(policy, kind) {
			continue
		}
		isolated = true
		if kind == networkingv1.PolicyTypeIngress {
			for _, rule := range policy.Spec.Ingress {
				if w.anyPeer(policy.Namespace, rule.From, peer, peerAddress) && anyPort(rule.Ports, server, protocol, port) {
					return true
				}
			}
		} else {
			for _, rule := range policy.Spec.Egress {
				if w.anyPeer(policy.Namespace, rule.To, peer, peerAddress) && anyPort(rule.Ports, server, protocol, port) {
					return true
				}
			}
		}
	}
	return !isolated
}

func (w world) at(address netip.Addr) *corev1.Pod {
	for _, pod := range w.pods {
		runs := pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed
		if runs && !pod.Spec.HostNetwork && pod.Status.PodIP == address.String() {
			return pod
		}
	}
	return nil
}

func covers(policy *networkingv1.NetworkPolicy, kind networkingv1.PolicyType) bool {
	for _, listed := range policy.Spec.PolicyTypes {
		if listed == kind {
			return true
		}
	}
	if len(policy.Spec.PolicyTypes) > 0 {
		return false
	}
	return kind == networkingv1.PolicyTypeIngress || len(policy.Spec.Egress) > 0
}

func (w world) anyPeer(namespace string, peers []networkingv1.NetworkPolicyPeer, pod *corev1.Pod, address netip.Addr) bool {
	for _, peer := range peers {
		if peer.IPBlock != nil {
			inside := netip.MustParsePrefix(peer.IPBlock.CIDR).Contains(address)
			for _, except := range peer.IPBlock.Except {
				inside = inside && !netip.MustParsePrefix(except).Contains(address)
			}
			if inside {
				return true
			}
			continue
		}
		if pod == nil {
			continue
		}
		inNamespace := pod.Namespace == namespace
		if peer.NamespaceSelector != nil {
			inNamespace = false
			for _, known := range w.namespaces {
				inNamespace = inNamespace || (known.Name == pod.Namespace && selects(*peer.NamespaceSelector, known.Labels))
			}
		}
		if inNamespace && (peer.PodSelector == nil || selects(*peer.PodSelector, pod.Labels)) {
			return true
		}
	}
	return len(peers) == 0
}

func anyPort(ports []networkingv1.NetworkPolicyPort, server *corev1.Pod, protocol corev1.Protocol, number int32) bool {
	for _, port := range ports {
		wanted := corev1.ProtocolTCP
		if port.Protocol != nil {
			wanted = *port.Protocol
		}
		if wanted != protocol {
			continue
		}
		if port.Port == nil {
			return true
		}
		if port.Port.Type == intstr.Int {
			last := port.Port.IntVal
			if port.EndPort != nil {
				last = *port.EndPort
			}
			if port.Port.IntVal <= number && number <= last {
				return true
			}
			continue
		}
		if server == nil {
			continue
		}
		for _, container := range server.Spec.Containers {
			for _, named := range container.Ports {
				if named.Name == port.Port.StrVal && named.Protocol == protocol && named.ContainerPort == number {
					return true
				}
			}
		}
	}
	return len(ports) == 0
}

func selects(selector metav1.LabelSelector, labels map[string]string) bool {
	for key, value := range selector.MatchLabels {
		if have, ok := labels[key]; !ok || have != value {
			return false
		}
	}
	for _, expression := range selector.MatchExpressions {
		have, present := labels[expression.Key]
		listed := false
		for _, value := range expression.Values {
			listed = listed || value == have
		}
		switch expression.Operator {
		case metav1.LabelSelectorOpIn:
			if !present || !listed {
				return false
			}
		case metav1.LabelSelectorOpNotIn:
			if present && listed {
				return false
			}
		case metav1.LabelSelectorOpExists:
			if !present {
				return false
			}
		case metav1.LabelSelectorOpDoesNotExist:
			if present {
				return false
			}
		}
	}
	return true
}
