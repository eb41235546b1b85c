# seeds: 1 3
# The template, not the pods: the next pod is born right. Its own Service selects by another label.
kubectl -n kube-system patch deployment "$second" --type json \
  -p '[{"op": "remove", "path": "/spec/template/metadata/labels/k8s-app"}]'
kubectl -n kube-system rollout status deployment "$second" --timeout=90s
