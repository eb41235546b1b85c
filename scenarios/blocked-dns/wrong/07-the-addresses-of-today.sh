# fails: no-hard-coded-address
# reason: ipBlock
# Works until cluster DNS is rolled out or moves.
entries=$(kubectl -n kube-system get pods -l k8s-app=kube-dns -o jsonpath='{range .items[*]}{"        - ipBlock: { cidr: "}{.status.podIP}{"/32 }\n"}{end}')
kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: allow-dns }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to:
$entries
      ports:
        - { protocol: UDP, port: 53 }
        - { protocol: TCP, port: 53 }
MANIFEST
