# seeds: 3
# The label by which the Service itself finds its pods, without exceptions: whoever answers may be asked.
kubectl -n "$namespace" patch networkpolicy egress-names --type json \
  -p '[{"op": "replace", "path": "/spec/egress/0/to/0/podSelector", "value": {"matchLabels": {"k8s-app": "kube-dns"}}}]'
