# seeds: 1
# fails: front-stays-isolated
# reason: No NetworkPolicy isolates
# The same workload under a label that no policy knows; its Service follows it.
kubectl -n "$namespace" get deployment "$front" -o yaml |
  sed -E "s|^( +)app: $front\$|\1app: $front-next|" |
  kubectl replace --force -f -
kubectl -n "$namespace" patch service "$front" -p '{"spec": {"selector": {"app": "'"$front"'-next"}}}'
kubectl -n "$namespace" rollout status "deployment/$front" --timeout=90s
