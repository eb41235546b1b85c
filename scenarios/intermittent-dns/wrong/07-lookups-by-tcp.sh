# fails: names-resolve
# reason: ${wrongly}
# "It must be the datagrams that get lost."
kubectl -n "$namespace" patch deployment "$front" \
  -p '{"spec": {"template": {"spec": {"dnsConfig": {"options": [{"name": "use-vc"}]}}}}}'
kubectl -n "$namespace" rollout status deployment "$front" --timeout=90s
