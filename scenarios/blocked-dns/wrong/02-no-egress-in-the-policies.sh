# fails: front-stays-isolated
# reason: No NetworkPolicy isolates
# A policy without the type Egress says nothing about what leaves.
for policy in $(kubectl -n "$namespace" get networkpolicy -o name); do
  kubectl -n "$namespace" patch "$policy" --type merge -p '{"spec": {"policyTypes": ["Ingress"], "egress": null, "ingress": [{}]}}'
done
