# fails: no-hard-coded-address
# reason: is written by hand
addresses=$(kubectl -n "$namespace" get pods -l "app.kubernetes.io/name=$backend" -o jsonpath='{range .items[*]}{"  - addresses: [\""}{.status.podIP}{"\"]\n    conditions: { ready: true }\n"}{end}')
kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: $backend-manual
  labels: { kubernetes.io/service-name: "$backend" }
addressType: IPv4
ports:
  - { name: http, port: 8080, protocol: TCP }
endpoints:
$addresses
MANIFEST
