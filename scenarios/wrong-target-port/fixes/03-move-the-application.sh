# The other end: the application listens where the Service sends, and its probes move along.
kubectl -n "$namespace" patch deployment "$backend" -p '
spec:
  template:
    spec:
      containers:
        - name: '"$backend"'
          env:
            - { name: LISTEN, value: ":'"$wrongPort"',:9102" }
          readinessProbe: { httpGet: { port: '"$wrongPort"' } }
          livenessProbe: { httpGet: { port: '"$wrongPort"' } }
'
kubectl -n "$namespace" rollout status deployment "$backend" --timeout=90s
