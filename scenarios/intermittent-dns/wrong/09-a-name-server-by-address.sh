# fails: no-hard-coded-address
# reason: holds the address
# One of the good ones, until it is replaced.
address=$(kubectl -n kube-system get pods -l "k8s-app=kube-dns,app!=$second" -o jsonpath='{.items[0].status.podIP}')
kubectl -n "$namespace" patch deployment "$front" -p '
spec:
  template:
    spec:
      dnsPolicy: None
      dnsConfig:
        nameservers: ["'"$address"'"]
        searches: ["'"$namespace"'.svc.cluster.local", svc.cluster.local, cluster.local]
        options: [{ name: ndots, value: "5" }]
'
kubectl -n "$namespace" rollout status deployment "$front" --timeout=90s
