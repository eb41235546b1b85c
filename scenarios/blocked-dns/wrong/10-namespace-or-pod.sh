# fails: front-stays-isolated
# reason: every pod of namespace kube-system
# Two entries instead of one: every pod of kube-system, and every pod here that calls itself kube-dns.
kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: allow-dns }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }
        - podSelector: { matchLabels: { k8s-app: kube-dns } }
      ports:
        - { protocol: UDP, port: 53 }
        - { protocol: TCP, port: 53 }
MANIFEST
