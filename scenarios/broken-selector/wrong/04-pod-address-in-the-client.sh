# fails: no-hard-coded-address
# reason: holds the address
address=$(kubectl -n "$namespace" get pods -l "app.kubernetes.io/name=$backend" -o jsonpath='{.items[0].status.podIP}')
kubectl -n "$namespace" set env "deployment/$front" "UPSTREAMS=$backend=http://$address:8080,reviews=http://reviews"
kubectl -n "$namespace" rollout status "deployment/$front" --timeout=90s
