# fails: names-resolve
# reason: ${wrongly}
# A cache in a server helps nobody who asks the other one.
kubectl -n kube-system get configmap coredns -o yaml | sed -E 's|cache 30|cache 3600|' | kubectl apply -f -
kubectl -n kube-system rollout restart deployment coredns
kubectl -n kube-system rollout status deployment coredns --timeout=120s
