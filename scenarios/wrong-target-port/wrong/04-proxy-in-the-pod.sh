# fails: application-kept
# reason: has a further container "proxy"
kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: v1
kind: ConfigMap
metadata: { name: "$backend-proxy" }
data:
  nginx.conf: |
    pid /tmp/nginx.pid;
    error_log /dev/stderr;
    events {}
    http {
      access_log off;
      client_body_temp_path /tmp/body;
      proxy_temp_path /tmp/proxy;
      fastcgi_temp_path /tmp/fastcgi;
      uwsgi_temp_path /tmp/uwsgi;
      scgi_temp_path /tmp/scgi;
      server {
        listen $wrongPort;
        location / { proxy_pass http://127.0.0.1:8080; }
      }
    }
MANIFEST
kubectl -n "$namespace" patch deployment "$backend" -p '
spec:
  template:
    spec:
      volumes:
        - { name: proxy, configMap: { name: '"$backend"'-proxy } }
      containers:
        - name: proxy
          image: nginx
          command: ["nginx", "-c", "/etc/proxy/nginx.conf", "-g", "daemon off;"]
          volumeMounts:
            - { name: proxy, mountPath: /etc/proxy }
'
kubectl -n "$namespace" rollout status deployment "$backend" --timeout=90s
