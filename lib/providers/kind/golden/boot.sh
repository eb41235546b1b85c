#!/bin/sh
# Run on the control plane of a clone as soon as it has begun to start; ends when its API server is ready.
set -eu
tries=$1
again() { tries=$((tries - 1)); [ $tries -gt 0 ]; sleep 0.1; }

until pidof kube-apiserver >/dev/null; do again; done
# A kubelet that gets no answer asks again after 1, 2, 4 and more seconds. Stopped, it sleeps that off while the API server starts,
# and asks at once when it goes on.
kubelet=$(pidof kubelet)
trap 'kill -CONT $kubelet' EXIT
kill -STOP $kubelet
# What these two would lay down is in etcd already.
laid=exclude=poststarthook/rbac/bootstrap-roles\&exclude=poststarthook/scheduling/bootstrap-system-priority-classes
until curl --silent --fail --insecure --max-time 2 --output /dev/null "https://127.0.0.1:6443/readyz?$laid"; do again; done
# Whoever needs the API server begins when it is ready, and leaves it the processors until then.
mv /kind/golden/manifests/* /etc/kubernetes/manifests/
rm -r /kind/golden
