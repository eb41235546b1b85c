# seeds: 2
# Here the class was left behind, and names Traefik's own word: a controller that claims it is enough, whatever it is called.
sed "s/namespace: ingress\$/namespace: $edge/" ~/manifests/traefik/ingress.yaml | kubectl -n "$edge" apply -f -
kubectl -n "$edge" rollout status daemonset/traefik --timeout=120s
