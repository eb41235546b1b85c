# fails: shop-over-http
# reason: connection refused
# The status says where an Ingress is served; it makes nobody serve it.
address=$(kubectl get nodes -o jsonpath='{.items[0].status.addresses[?(@.type=="InternalIP")].address}')
kubectl -n "$namespace" patch ingress "$front" --subresource=status --type merge -p '{"status": {"loadBalancer": {"ingress": [{"ip": "'"$address"'"}]}}}'
