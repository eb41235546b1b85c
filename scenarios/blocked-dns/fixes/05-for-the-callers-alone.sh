# A policy of its own for the workloads that look names up, and two rules instead of one.
kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: names-for-callers }
spec:
  podSelector:
    matchExpressions:
      - { key: app, operator: In, values: ["$front", "$backend"] }
  policyTypes: [Egress]
  egress:
    - to: &dns
        - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }
          podSelector: { matchLabels: { k8s-app: kube-dns } }
      ports: [{ protocol: UDP, port: 53 }]
    - to: *dns
      ports: [{ protocol: TCP, port: 53 }]
MANIFEST
