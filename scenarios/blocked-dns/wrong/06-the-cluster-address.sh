# fails: names-resolve
# reason: timed out
# The address in resolv.conf. Policies never see it: the packet has a pod's address by then.
address=$(kubectl -n kube-system get service kube-dns -o jsonpath='{.spec.clusterIP}')
kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: allow-dns }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to: [{ ipBlock: { cidr: "$address/32" } }]
      ports:
        - { protocol: UDP, port: 53 }
        - { protocol: TCP, port: 53 }
MANIFEST
