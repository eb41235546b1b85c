# fails: services-kept
# reason: is now NodePort
kubectl -n "$namespace" patch service "$backend" -p '{"spec": {"type": "NodePort"}}'
