# seeds: 2
# The label is in matchLabels, which can't be changed: the same Deployment anew, under a label of its own.
kubectl -n kube-system get deployment "$second" -o yaml |
  sed -E "s|(k8s-app): kube-dns\$|\\1: $second|" |
  kubectl replace --force -f -
kubectl -n kube-system rollout status deployment "$second" --timeout=90s
