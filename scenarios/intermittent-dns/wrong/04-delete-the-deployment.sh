# fails: house-names-resolve
# reason: expected
kubectl -n kube-system delete deployment "$second"
