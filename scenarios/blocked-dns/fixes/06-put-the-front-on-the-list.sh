# seeds: 1
# The rule is right, for one workload only: the other is added to it.
kubectl -n "$namespace" patch networkpolicy egress-names --type merge -p '
spec:
  podSelector:
    matchLabels: null
    matchExpressions:
      - { key: app, operator: In, values: ["'"$front"'", "'"$backend"'"] }
'
