# withstands: Nobody asks for that class any more.
# The controller's own class, and both teams' Ingresses say so.
# part: the controller
sed "s/namespace: ingress\$/namespace: $edge/" ~/manifests/traefik/ingress.yaml | kubectl -n "$edge" apply -f -
# part: the first team's Ingress
kubectl -n "$namespace" patch ingress "$front" --type merge -p '{"spec": {"ingressClassName": "traefik"}}'
# part: the second team's Ingress
kubectl -n "$second" patch ingress "$desk" --type merge -p '{"spec": {"ingressClassName": "traefik"}}'
kubectl -n "$edge" rollout status daemonset/traefik --timeout=120s
