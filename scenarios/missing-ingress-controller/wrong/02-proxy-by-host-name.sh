# fails: class-is-implemented
# reason: takes up no new route
# The same with care: both hosts, the certificate, 404 for the rest. Everything of today works, and next week's Ingress does nothing.
kubectl -n "$namespace" get secret "$namespace-tls" -o json | jq '{apiVersion, kind, type, data, metadata: {name: .metadata.name}}' | kubectl -n "$edge" apply -f -
kubectl -n "$edge" apply -f - <<MANIFEST
apiVersion: v1
kind: ConfigMap
metadata: { name: door }
data:
  default.conf: |
    server { listen 80 default_server; return 404; }
    server {
      listen 80;
      server_name $secondHost;
      location / { proxy_pass http://$desk.$second.svc.cluster.local; }
    }
    server {
      listen 80;
      listen 443 ssl;
      server_name $host;
      ssl_certificate /tls/tls.crt;
      ssl_certificate_key /tls/tls.key;
      location /api { proxy_pass http://$api.$namespace.svc.cluster.local; }
      location / { proxy_pass http://$front.$namespace.svc.cluster.local; }
    }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: door }
spec:
  selector: { matchLabels: { app: door } }
  template:
    metadata: { labels: { app: door } }
    spec:
      containers:
        - name: nginx
          image: nginx:stable
          ports:
            - { containerPort: 80, hostPort: 80 }
            - { containerPort: 443, hostPort: 443 }
          volumeMounts:
            - { name: conf, mountPath: /etc/nginx/conf.d }
            - { name: tls, mountPath: /tls }
      volumes:
        - { name: conf, configMap: { name: door } }
        - { name: tls, secret: { secretName: "$namespace-tls" } }
MANIFEST
kubectl -n "$edge" rollout status daemonset/door --timeout=120s
