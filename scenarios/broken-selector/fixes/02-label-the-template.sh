# seeds: 1 2
# The other side: the template gets the label that the Service asks for. Not possible where the label is in matchLabels.
selector=$(kubectl -n "$namespace" get service "$backend" -o jsonpath='{.spec.selector}')
kubectl -n "$namespace" patch deployment "$backend" -p '{"spec": {"template": {"metadata": {"labels": '"$selector"'}}}}'
kubectl -n "$namespace" rollout status deployment "$backend" --timeout=90s
