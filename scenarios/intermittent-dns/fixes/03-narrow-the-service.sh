# A label that only CoreDNS's pods have, and a Service that asks for both.
# part: a label that only CoreDNS has
kubectl -n kube-system patch deployment coredns \
  -p '{"spec": {"template": {"metadata": {"labels": {"app.kubernetes.io/name": "coredns"}}}}}'
kubectl -n kube-system rollout status deployment coredns --timeout=120s
# part: the Service asks for it
kubectl -n kube-system patch service kube-dns -p '{"spec": {"selector": {"app.kubernetes.io/name": "coredns"}}}'
