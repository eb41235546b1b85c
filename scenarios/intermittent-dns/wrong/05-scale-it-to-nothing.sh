# fails: house-names-resolve
# reason: expected
kubectl -n kube-system scale deployment "$second" --replicas 0
