# fails: second-team-is-served
# reason: but answered by something that is not
# A reverse proxy on the public address, for the one host that the ticket begins with.
kubectl -n "$edge" apply -f - <<MANIFEST
apiVersion: v1
kind: ConfigMap
metadata: { name: door }
data:
  default.conf: |
    server {
      listen 80 default_server;
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
          volumeMounts:
            - { name: conf, mountPath: /etc/nginx/conf.d }
      volumes:
        - { name: conf, configMap: { name: door } }
MANIFEST
kubectl -n "$edge" rollout status daemonset/door --timeout=120s
