# seeds: 1 2
# fails: every-replica-serves
# reason: After one pod of each workload was deleted
kubectl -n "$namespace" label pods -l "app.kubernetes.io/name=$backend" "$wrongKey=$wrongValue" --overwrite
