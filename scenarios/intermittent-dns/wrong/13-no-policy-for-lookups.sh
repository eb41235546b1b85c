# seeds: 3
# fails: front-stays-isolated
# reason: everyone, inside the cluster and outside on UDP/53
# Port 53 to anybody: no server is left out, nor is anybody else.
kubectl -n "$namespace" patch networkpolicy egress-names --type json -p '[{"op": "remove", "path": "/spec/egress/0/to"}]'
