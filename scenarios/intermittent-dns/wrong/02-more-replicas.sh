# fails: every-server-is-right
# reason: ${wrongly}
# The bad one gets a smaller share, and is as bad as before.
kubectl -n kube-system scale deployment coredns --replicas 4
kubectl -n kube-system rollout status deployment coredns --timeout=120s
