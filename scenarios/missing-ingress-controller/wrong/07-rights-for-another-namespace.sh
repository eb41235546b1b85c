# seeds: 2 3
# fails: shop-over-http
# reason: observed 404
# The binding still names the namespace of the example: the controller may read nothing.
sed "/^kind: IngressClass/,/^---/ s/name: traefik/name: $class/" ~/manifests/traefik/ingress.yaml | kubectl -n "$edge" apply -f -
kubectl -n "$edge" rollout status daemonset/traefik --timeout=120s
