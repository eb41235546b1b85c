# withstands: Nobody asks for that class any more.
# A default class acts when an Ingress is created: both are made anew without a class.
again() {
  kubectl -n "$1" get ingress "$2" -o json |
    jq 'del(.spec.ingressClassName, .status, .metadata.uid, .metadata.resourceVersion, .metadata.creationTimestamp, .metadata.annotations)' |
    kubectl replace --force -f -
}
# part: the controller
sed "s/namespace: ingress\$/namespace: $edge/" ~/manifests/traefik/ingress.yaml | kubectl -n "$edge" apply -f -
# part: the default class (optional: Traefik takes Ingresses without any class too)
kubectl annotate ingressclass traefik ingressclass.kubernetes.io/is-default-class=true
# part: the first team's Ingress
again "$namespace" "$front"
# part: the second team's Ingress
again "$second" "$desk"
kubectl -n "$edge" rollout status daemonset/traefik --timeout=120s
