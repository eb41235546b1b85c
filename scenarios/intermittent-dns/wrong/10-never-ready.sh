# seeds: 1 2
# fails: house-names-resolve
# reason: expected
# Out of kube-dns by a probe that it can't pass, and out of its own Service as well.
kubectl -n kube-system patch deployment "$second" -p '
spec:
  strategy: { type: Recreate, rollingUpdate: null }
  template:
    spec:
      containers:
        - name: coredns
          readinessProbe: { httpGet: { path: /ready, port: 8181 }, periodSeconds: 2 }
'
sleep 10
