# fails: reachable-by-name
# reason: connection refused
kubectl -n "$namespace" expose deployment "$backend" --name "$backend-v2" --port 80 --target-port http
kubectl -n "$namespace" set env "deployment/$front" "UPSTREAMS=$backend=http://$backend-v2,reviews=http://reviews"
kubectl -n "$namespace" rollout status "deployment/$front" --timeout=90s
