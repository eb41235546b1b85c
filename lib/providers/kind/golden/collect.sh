#!/bin/sh
# Run on a node of a golden cluster that has come to rest: archives what makes it this node, but no key and no certificate.
set -eu
out=$1
mkdir -p /kind/golden
# What kube-proxy has told the kernel: a clone's pods find the API server before its kube-proxy runs.
case $2 in
iptables) for table in nat filter; do
	echo "*$table"; iptables-save -t $table | grep -E '^(:KUBE-|-[AI] .*KUBE-)' || true; echo COMMIT
done >/kind/golden/rules ;;
nftables) for family in ip ip6; do nft list table $family kube-proxy 2>/dev/null || true; done >/kind/golden/rules ;;
esac
cd /
set -- kind/golden/rules kind/kubeadm.conf kind/old-ipv4 var/lib/kubelet/config.yaml var/lib/kubelet/instance-config.yaml \
	var/lib/kubelet/kubeadm-flags.env etc/containerd/config.toml etc/cni/net.d etc/kubernetes/manifests var/lib/etcd \
	etc/.updated etc/ld.so.cache var/.updated
# Programs that network agents have put beside the image's own.
for folder in opt/cni/bin usr/lib/cni; do
	[ -d $folder ] && set -- "$@" $(find $folder -type f -newer kind/old-ipv4)
done
present=
for path in "$@"; do [ -e "$path" ] && present="$present $path"; done
tar --create --format=ustar --exclude=var/lib/etcd/member/wal/0.tmp --file "$out" $present
