# seeds: 3
# fails: no-hard-coded-address
# reason: ipBlock
# All three servers by the addresses of today.
entries=$(kubectl -n kube-system get pods -l k8s-app=kube-dns -o jsonpath='{range .items[*]}{"        - ipBlock: { cidr: "}{.status.podIP}{"/32 }\n"}{end}')
kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: allow-all-servers }
spec:
  podSelector: { matchLabels: { app: "$front" } }
  policyTypes: [Egress]
  egress:
    - to:
$entries
      ports:
        - { protocol: UDP, port: 53 }
        - { protocol: TCP, port: 53 }
MANIFEST
