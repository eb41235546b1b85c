# A new Service under the old name, with a new address: clients ask the name.
kubectl -n "$namespace" delete service "$backend"
kubectl -n "$namespace" expose deployment "$backend" --name "$backend" --port 80 --target-port http
