# A new Service under the old name, with a new address: clients ask the name.
# part: the old Service goes
kubectl -n "$namespace" delete service "$backend"
# part: the new Service
kubectl -n "$namespace" expose deployment "$backend" --name "$backend" --port 80 --target-port http
