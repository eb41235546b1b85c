# fails: no-hard-coded-address
# reason: hostAliases entry
address=$(kubectl -n "$namespace" get pods -l "app.kubernetes.io/name=$backend" -o jsonpath='{.items[0].status.podIP}')
kubectl -n "$namespace" patch deployment "$front" -p '{"spec": {"template": {"spec": {"hostAliases": [{"ip": "'"$address"'", "hostnames": ["'"$backend"'"]}]}}}}'
kubectl -n "$namespace" rollout status "deployment/$front" --timeout=90s
