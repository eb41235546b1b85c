# withstands: Nobody asks for that class any more.
# The Gateway API instead: same hosts, paths and certificate, and the Ingresses are gone.
# part: the controller
sed "s/namespace: ingress\$/namespace: $edge/" ~/manifests/traefik/gateway.yaml | kubectl -n "$edge" apply -f -
# part: Gateway and routes
kubectl apply -f - <<MANIFEST
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: "$namespace" }
spec:
  gatewayClassName: traefik
  listeners:
    - { name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }
    - name: https
      port: 443
      protocol: HTTPS
      hostname: "$host"
      tls: { mode: Terminate, certificateRefs: [{ name: "$namespace-tls" }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: "$front", namespace: "$namespace" }
spec:
  parentRefs: [{ name: public }]
  hostnames: ["$host"]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /api } }]
      backendRefs: [{ name: "$api", port: 80 }]
    - matches: [{ path: { type: PathPrefix, value: / } }]
      backendRefs: [{ name: "$front", port: 80 }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: "$desk", namespace: "$second" }
spec:
  parentRefs: [{ name: public, namespace: "$namespace", sectionName: http }]
  hostnames: ["$secondHost"]
  rules:
    - backendRefs: [{ name: "$desk", port: 80 }]
MANIFEST
# part: the Ingresses go (optional: nobody serves their class, and the routes serve without them)
kubectl -n "$namespace" delete ingress "$front"
kubectl -n "$second" delete ingress "$desk"
kubectl -n "$edge" rollout status daemonset/traefik --timeout=120s
