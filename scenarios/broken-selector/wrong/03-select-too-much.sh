# fails: every-replica-serves
# reason: of Deployment
kubectl -n "$namespace" patch service "$backend" --type json \
  -p '[{"op": "replace", "path": "/spec/selector", "value": {"app.kubernetes.io/part-of": "'"$namespace"'"}}]'
