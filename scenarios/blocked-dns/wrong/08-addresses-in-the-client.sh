# fails: no-hard-coded-address
# reason: holds the address
# Addresses work, so the clients get addresses.
for pair in "$front $backend" "$backend $store"; do
  read -r caller callee <<<"$pair"
  address=$(kubectl -n "$namespace" get service "$callee" -o jsonpath='{.spec.clusterIP}')
  kubectl -n "$namespace" set env "deployment/$caller" "UPSTREAMS=$callee=http://$address"
  kubectl -n "$namespace" rollout status "deployment/$caller" --timeout=90s
done
