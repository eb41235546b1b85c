# fails: unknown-host-not-found
# reason: observed 200
# A controller, and an Ingress without a host besides: the shop answers for every name there is.
sed "/^kind: IngressClass/,/^---/ s/name: traefik/name: $class/; s/namespace: ingress\$/namespace: $edge/" ~/manifests/traefik/ingress.yaml |
  kubectl -n "$edge" apply -f -
kubectl -n "$namespace" create ingress everything --class="$class" --rule="/*=$front:80"
kubectl -n "$edge" rollout status daemonset/traefik --timeout=120s
