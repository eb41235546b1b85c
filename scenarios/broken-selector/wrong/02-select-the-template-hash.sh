# fails: reachable-by-name
# reason: After each workload was rolled out once
hash=$(kubectl -n "$namespace" get pods -l "app.kubernetes.io/name=$backend" -o jsonpath='{.items[0].metadata.labels.pod-template-hash}')
kubectl -n "$namespace" patch service "$backend" --type json \
  -p '[{"op": "replace", "path": "/spec/selector", "value": {"pod-template-hash": "'"$hash"'"}}]'
