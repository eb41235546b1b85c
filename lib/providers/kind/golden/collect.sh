#!/bin/sh
# Run on a node of a golden cluster that has come to rest: archives what makes it this node, but no key and no certificate.
set -eu
out=$1
mkdir -p /kind/golden
# What steps have set in the kernel for this node.
sysctl --all 2>/dev/null | grep '^net\.ipv4\.icmp_' >/kind/golden/sysctls || true
cd /
set -- kind/golden/rules kind/golden/sysctls kind/kubeadm.conf kind/old-ipv4 var/lib/kubelet/config.yaml var/lib/kubelet/instance-config.yaml \
	var/lib/kubelet/kubeadm-flags.env etc/containerd/config.toml etc/cni/net.d etc/kubernetes/manifests var/lib/etcd \
	etc/.updated etc/ld.so.cache var/.updated
# Programs that network agents have put beside the image's own; in a clone they are older than kind's other marks.
for folder in opt/cni/bin usr/lib/cni; do
	[ -d $folder ] && set -- "$@" $(find $folder \( -type f -o -type l \) -newer kind/kubeadm.conf)
done
present=
for path in "$@"; do [ -e "$path" ] && present="$present $path"; done
tar --create --format=ustar --exclude=var/lib/etcd/member/wal/0.tmp --file "$out" $present
