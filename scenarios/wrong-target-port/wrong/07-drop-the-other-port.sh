# fails: services-kept
# reason: has lost port 9102
kubectl -n "$namespace" delete service "$backend"
kubectl -n "$namespace" expose deployment "$backend" --name "$backend" --port 80 --target-port 8080
