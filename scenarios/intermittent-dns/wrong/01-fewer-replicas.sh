# fails: dns-replicas-kept
# reason: replica
# "Two servers disagree, so one is enough."
kubectl -n kube-system scale deployment coredns --replicas 1
kubectl -n kube-system rollout status deployment coredns --timeout=90s
