# fails: second-team-is-served
# reason: but answered by something that is not
# The node's own address as an external one of the shop: it takes port 80 from everybody.
address=$(kubectl get nodes -o jsonpath='{.items[0].status.addresses[?(@.type=="InternalIP")].address}')
kubectl -n "$namespace" patch service "$front" -p '{"spec": {"externalIPs": ["'"$address"'"]}}'
