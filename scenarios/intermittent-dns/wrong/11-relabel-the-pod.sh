# seeds: 1
# fails: every-server-is-right
# reason: of
# The pod of today; the next one comes from the template.
kubectl -n kube-system label pod -l "app=$second" k8s-app-
