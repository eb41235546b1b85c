# fails: names-resolve
# reason: ${wrongly}
# Shorter waits and more attempts: the user notices less, and every third query is still lost.
kubectl -n "$namespace" patch deployment "$front" \
  -p '{"spec": {"template": {"spec": {"dnsConfig": {"options": [{"name": "timeout", "value": "1"}, {"name": "attempts", "value": "5"}]}}}}}'
kubectl -n "$namespace" rollout status deployment "$front" --timeout=90s
