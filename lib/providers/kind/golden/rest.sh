#!/bin/sh
# Run on the control plane of a settled golden cluster: ends its API server and etcd, which then has all on disk.
set -eu
# By itself the API server takes back its address, which clones do not have; then it listens no more, and would only wait
# for those who watch.
api=$(pidof kube-apiserver)
kill -TERM $api
tries=300
while curl --silent --insecure --output /dev/null https://127.0.0.1:6443/livez; do
	tries=$((tries - 1)); [ $tries -gt 0 ]; sleep 0.1
done
kill -KILL $api
etcd=$(pidof etcd)
kill -TERM $etcd
tries=300
# A process that has ended stays in the list until its parent asks: its state is Z.
while grep -qs '^State:[[:space:]]*[^ZX]' /proc/$etcd/status; do
	tries=$((tries - 1)); [ $tries -gt 0 ]; sleep 0.1
done
