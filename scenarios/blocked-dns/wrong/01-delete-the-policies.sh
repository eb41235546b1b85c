# fails: hardening-holds
# reason: expected denied, open
kubectl -n "$namespace" delete networkpolicy --all
