# The labels that identify the pods, and no others.
kubectl -n "$namespace" patch service "$backend" --type json \
  -p '[{"op": "replace", "path": "/spec/selector", "value": {"app.kubernetes.io/name": "'"$backend"'"}}]'
