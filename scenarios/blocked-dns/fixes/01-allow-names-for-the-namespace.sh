# Namespace AND pod in one entry; datagrams and connections; for all pods of the namespace, present and future.
kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: allow-cluster-dns }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }
          podSelector: { matchLabels: { k8s-app: kube-dns } }
      ports:
        - { protocol: UDP, port: 53 }
        - { protocol: TCP, port: 53 }
MANIFEST
