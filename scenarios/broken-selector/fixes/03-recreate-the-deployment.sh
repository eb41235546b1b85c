# seeds: 3
# matchLabels can't be changed in place: the same Deployment, made anew with the label that the Service asks for.
kubectl -n "$namespace" get deployment "$backend" -o yaml |
  sed -E "s|(app.kubernetes.io/name): $backend\$|\\1: $wrongValue|" |
  kubectl replace --force -f -
kubectl -n "$namespace" rollout status deployment "$backend" --timeout=90s
