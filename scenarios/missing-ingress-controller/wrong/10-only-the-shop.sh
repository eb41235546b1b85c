# seeds: 1 3
# fails: second-team-is-served
# reason: observed 404
# The controller under its own class, and the Ingress of one team changed: the neighbours still name a class that nobody serves.
sed "s/namespace: ingress\$/namespace: $edge/" ~/manifests/traefik/ingress.yaml | kubectl -n "$edge" apply -f -
kubectl -n "$namespace" patch ingress "$front" --type merge -p '{"spec": {"ingressClassName": "traefik"}}'
kubectl -n "$edge" rollout status daemonset/traefik --timeout=120s
