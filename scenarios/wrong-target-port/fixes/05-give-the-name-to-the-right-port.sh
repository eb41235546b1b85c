# seeds: 2
# The Service names a port: the container gives that name to the port on which it listens.
kubectl -n "$namespace" patch deployment "$backend" --type json -p '[{"op": "replace", "path": "/spec/template/spec/containers/0/ports", "value": [
  {"name": "'"$wrongTarget"'", "containerPort": 8080}, {"name": "metrics", "containerPort": 9102}]}]'
kubectl -n "$namespace" rollout status deployment "$backend" --timeout=90s
