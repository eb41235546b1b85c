# seeds: 1 3
# fails: shop-over-http
# reason: observed 404
# A controller that runs, and whose class no Ingress names.
sed "s/namespace: ingress\$/namespace: $edge/" ~/manifests/traefik/ingress.yaml | kubectl -n "$edge" apply -f -
kubectl -n "$edge" rollout status daemonset/traefik --timeout=120s
