# fails: every-server-is-right
# reason: of Deployment ${second}
# A new pod from the same template.
kubectl -n kube-system delete pod -l "app=$second"
kubectl -n kube-system rollout status deployment "$second" --timeout=90s
