# fails: reachable-by-name
# reason: connection refused
kubectl -n "$namespace" create service clusterip "$backend-fixed" --tcp=80:8080
kubectl -n "$namespace" set selector service "$backend-fixed" "app=$backend"
kubectl -n "$namespace" set env "deployment/$front" "UPSTREAMS=$backend=http://$backend-fixed"
kubectl -n "$namespace" rollout status "deployment/$front" --timeout=90s
