# seeds: 1
# fails: every-server-is-right
# reason: After one pod of each workload was deleted
# The pod of today; the next one comes from the template.
kubectl -n kube-system label pod -l "app=$second" k8s-app-
