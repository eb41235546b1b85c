# A Deployment of one's own: one pod, replaced before the next one starts, since the node's ports have room for one.
kubectl apply -f - <<MANIFEST
apiVersion: v1
kind: ServiceAccount
metadata: { name: gatekeeper, namespace: "$edge" }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: gatekeeper }
rules:
  - { apiGroups: [""], resources: [services, secrets, nodes], verbs: [get, list, watch] }
  - { apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch] }
  - { apiGroups: [networking.k8s.io], resources: [ingresses, ingressclasses], verbs: [get, list, watch] }
  - { apiGroups: [networking.k8s.io], resources: [ingresses/status], verbs: [update] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: gatekeeper }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: gatekeeper }
subjects: [{ kind: ServiceAccount, name: gatekeeper, namespace: "$edge" }]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: "$class" }
spec: { controller: traefik.io/ingress-controller }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: gatekeeper, namespace: "$edge" }
spec:
  replicas: 1
  strategy: { type: Recreate }
  selector: { matchLabels: { app: gatekeeper } }
  template:
    metadata: { labels: { app: gatekeeper } }
    spec:
      serviceAccountName: gatekeeper
      containers:
        - name: traefik
          image: traefik:latest
          args:
            - --entrypoints.web.address=:8000
            - --entrypoints.websecure.address=:8443
            - --entrypoints.websecure.http.tls
            - --entrypoints.ping.address=:8082
            - --ping.entrypoint=ping
            - --providers.kubernetesingress
            - --providers.kubernetesingress.ingressclass=$class
          ports:
            - { containerPort: 8000, hostPort: 80 }
            - { containerPort: 8443, hostPort: 443 }
          readinessProbe: { httpGet: { path: /ping, port: 8082 }, periodSeconds: 2 }
MANIFEST
kubectl -n "$edge" rollout status deployment/gatekeeper --timeout=120s
