# A further rule in the policies that the two callers have already: the others ask for no names.
for workload in "$front" "$backend"; do
  kubectl -n "$namespace" patch networkpolicy "egress-$workload" --type json -p '
- op: add
  path: /spec/egress/-
  value:
    to:
      - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }
        podSelector: { matchLabels: { k8s-app: kube-dns } }
    ports:
      - { protocol: UDP, port: 53 }
      - { protocol: TCP, port: 53 }
'
done
