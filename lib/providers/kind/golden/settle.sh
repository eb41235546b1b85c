#!/bin/sh
# Run on the control plane of a golden cluster, kubelets stopped: leaves in etcd a cluster that says of itself what will be
# true when a clone starts, namely that nothing runs yet, and ends what writes to it. The API server and etcd go on: see rest.sh.
set -eu
kubectl=$(command -v kubectl)
k() { "$kubectl" --kubeconfig /etc/kubernetes/admin.conf "$@"; }

# Join tokens are kind's own, the same everywhere; requests for certificates are the golden nodes'.
k -n kube-system delete secret --field-selector type=bootstrap.kubernetes.io/token
k delete certificatesigningrequests --all

gone='{"status":{"phase":"Pending","startTime":null,"podIP":null,"podIPs":null,"containerStatuses":[],"conditions":[
	{"type":"PodScheduled","status":"True"},{"type":"Ready","status":"False"},{"type":"ContainersReady","status":"False"}]}}'
# Static pods are not among them: the kubelet makes their mirrors anew.
each='{{range .items}}{{$of := ""}}{{range .metadata.ownerReferences}}{{$of = .kind}}{{end}}
	{{if ne $of "Node"}}{{.metadata.namespace}}/{{.metadata.name}} {{end}}{{end}}'
pods=$(k get pods -A --field-selector status.phase!=Succeeded,status.phase!=Failed -o go-template="$each")
for pod in $pods; do k -n "${pod%/*}" patch pod "${pod#*/}" --subresource=status --type=merge -p "$gone"; done

# Until the controllers have taken note, so that no Service and no Deployment counts on these pods.
counted() {
	k get deployments -A -o jsonpath='{.items[*].status.availableReplicas}'
	k get endpointslices -A -l endpointslice.kubernetes.io/managed-by=endpointslice-controller.k8s.io -o jsonpath='{.items[*].endpoints[*].addresses}'
}
tries=100
until [ "$(counted)" = "" ]; do
	tries=$((tries - 1)); [ $tries -gt 0 ]; sleep 0.2
done

end() {
	pids=$(pidof "$1") || return 0
	kill -TERM $pids
	tries=300
	# A process that has ended stays in the list until its parent asks: its state is Z.
	while grep -qs '^State:[[:space:]]*[^ZX]' $(printf '/proc/%s/status ' $pids); do
		tries=$((tries - 1)); [ $tries -gt 0 ]; sleep 0.1
	done
}
end kube-controller-manager
end kube-scheduler
# In a lab nodes that were ready stay so: a clone is told that anew once its own are. A policy holds for a second after it is gone.
k delete validatingadmissionpolicybinding faultline-nodes-stay-ready --ignore-not-found
asleep='{"status":{"conditions":[{"type":"Ready","status":"False","reason":"NotStarted"}]}}'
for node in $(k get nodes -o name); do
	tries=100
	until k patch "$node" --subresource=status --type=merge -p "$asleep"; do
		tries=$((tries - 1)); [ $tries -gt 0 ]; sleep 0.2
	done
done
k delete events --all -A >/dev/null
