# seeds: 1 2
# It stays behind kube-dns and becomes a server that one may ask anything: its own zone, and the cluster's.
kubectl -n kube-system get configmap "$second" -o jsonpath='{.data.Corefile}' | sed '/^\.:53/,$d' >own-zone
cat own-zone - >Corefile <<'COREFILE'
.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    forward . /etc/resolv.conf
    cache 30
}
COREFILE
# part: what it knows
kubectl -n kube-system create configmap "$second" --from-file Corefile --dry-run=client -o yaml | kubectl apply -f -
# part: a new start, since it does not reload
kubectl -n kube-system rollout restart deployment "$second"
kubectl -n kube-system rollout status deployment "$second" --timeout=90s
