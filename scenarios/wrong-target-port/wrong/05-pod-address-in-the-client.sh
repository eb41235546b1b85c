# fails: no-hard-coded-address
# reason: holds the address
address=$(kubectl -n "$namespace" get pods -l "app=$backend" -o jsonpath='{.items[0].status.podIP}')
kubectl -n "$namespace" set env "deployment/$front" "UPSTREAMS=$backend=http://$address:8080"
kubectl -n "$namespace" rollout status "deployment/$front" --timeout=90s
