# fails: reachable-by-name
# reason: connection refused
kubectl -n "$namespace" patch service "$backend" --type json \
  -p '[{"op": "replace", "path": "/spec/ports/0/port", "value": 8080}]'
