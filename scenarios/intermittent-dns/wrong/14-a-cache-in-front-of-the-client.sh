# fails: application-kept
# reason: further container
# A cache beside each client, as NodeLocal DNSCache is one beside each node: what it has not got it asks the same three.
kubectl -n "$namespace" create configmap lookups --from-literal Corefile='.:53 {
    errors
    cache 3600
    forward . 10.96.0.10
}'
kubectl -n "$namespace" patch deployment "$front" -p '
spec:
  template:
    spec:
      dnsPolicy: None
      dnsConfig:
        nameservers: [127.0.0.1]
        searches: ["'"$namespace"'.svc.cluster.local", svc.cluster.local, cluster.local]
        options: [{ name: ndots, value: "5" }]
      containers:
        - name: lookups
          image: registry.k8s.io/coredns/coredns:v1.14.2
          imagePullPolicy: IfNotPresent
          args: [-conf, /etc/coredns/Corefile]
          securityContext:
            readOnlyRootFilesystem: true
            allowPrivilegeEscalation: false
            capabilities: { add: [NET_BIND_SERVICE], drop: [ALL] }
          volumeMounts:
            - { name: lookups, mountPath: /etc/coredns, readOnly: true }
      volumes:
        - { name: lookups, configMap: { name: lookups } }
'
kubectl -n "$namespace" rollout status deployment "$front" --timeout=90s
