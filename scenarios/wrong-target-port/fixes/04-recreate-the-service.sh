# The same Service anew, under a new address: clients ask the name.
# part: the old Service goes (optional: what is applied takes the place of its ports)
kubectl -n "$namespace" delete service "$backend"
# part: the new Service
kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: v1
kind: Service
metadata: { name: "$backend" }
spec:
  selector: { app: "$backend" }
  ports:
    - { name: web, port: 80, targetPort: http }
    - { name: numbers, port: 9102, targetPort: 9102 }
MANIFEST
