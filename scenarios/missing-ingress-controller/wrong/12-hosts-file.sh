# fails: shop-over-http
# reason: connection refused
# The name leads past the public address, in the hosts file of those pods only. Users ask the public address.
address=$(kubectl -n "$namespace" get service "$api" -o jsonpath='{.spec.clusterIP}')
kubectl -n "$namespace" patch deployment "$front" -p '{"spec": {"template": {"spec": {"hostAliases": [{"ip": "'"$address"'", "hostnames": ["'"$host"'"]}]}}}}'
kubectl -n "$namespace" rollout status deployment "$front" --timeout=90s
