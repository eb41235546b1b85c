# A name that the container has; the number then stands in one place only.
kubectl -n "$namespace" patch service "$backend" -p '{"spec": {"ports": [{"port": 80, "targetPort": "http"}]}}'
