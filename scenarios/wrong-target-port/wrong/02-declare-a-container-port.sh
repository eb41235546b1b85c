# seeds: 1 3
# fails: every-replica-serves
# reason: connection refused
kubectl -n "$namespace" patch deployment "$backend" -p '
spec:
  template:
    spec:
      containers:
        - name: '"$backend"'
          ports:
            - { name: wanted, containerPort: '"$wrongPort"' }
'
kubectl -n "$namespace" rollout status deployment "$backend" --timeout=90s
