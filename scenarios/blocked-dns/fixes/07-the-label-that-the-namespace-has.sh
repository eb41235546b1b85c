# seeds: 3
# One word: every namespace carries its own name under this label.
kubectl -n "$namespace" patch networkpolicy egress-names --type json -p '
- op: replace
  path: /spec/egress/0/to/0/namespaceSelector
  value: { matchLabels: { kubernetes.io/metadata.name: kube-system } }
'
