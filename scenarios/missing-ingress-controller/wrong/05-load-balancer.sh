# fails: shop-over-http
# reason: connection refused
kubectl -n "$namespace" patch service "$front" -p '{"spec": {"type": "LoadBalancer"}}'
