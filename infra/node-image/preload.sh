#!/bin/bash
# Runs in a privileged container of the node image: puts the images of /mnt/images.tar into the node's containerd under
# the names of /mnt/names (lines of "imported-name name"), unpacked and without the layers' archives, which the
# snapshots make needless.
#
# The work is done in /stage, a volume: an overlay file system can't be the upper side of another.
set -euo pipefail
home=/var/lib/containerd
stage=/stage

mkdir -p "$home"
cp -a "$home/." "$stage/"
containerd --root "$stage" --state /run/preload --address /run/preload.sock > /tmp/containerd.log 2>&1 &
daemon=$!
trap 'kill -9 $daemon 2>/dev/null; tail -n 20 /tmp/containerd.log >&2' ERR
ctr() { command ctr --address /run/preload.sock --namespace k8s.io "$@"; }
until ctr version > /dev/null 2>&1; do
	kill -0 $daemon
	sleep 0.1
done

ctr images import --local --snapshotter overlayfs --discard-unpacked-layers /mnt/images.tar > /dev/null
while read -r from to; do
	ctr images tag --force "$from" "$to" > /dev/null
	# Pinned: the kubelet must not clear away what can't be pulled again.
	ctr images label "$to" io.cri-containerd.image=managed io.cri-containerd.pinned=pinned > /dev/null
done < /mnt/names
# --sync: the collector takes the layers' archives before this returns.
cut -d ' ' -f 1 /mnt/names | sort -u | while read -r from; do ctr images rm --sync "$from" > /dev/null; done
kill -TERM $daemon
wait $daemon || true
trap - ERR

# A layer's deletion of a lower file is a device 0:0, which this container's own file system would take for its own.
deleted=$(find "$stage/io.containerd.snapshotter.v1.overlayfs/snapshots" -type c -printf '%p ' -exec stat -c '%t:%T' {} \; | grep ' 0:0$' || true)
if [ -n "$deleted" ]; then
	echo "preload: a layer deletes files of the layer below: $deleted" >&2
	exit 1
fi
# Only what is new: what is there already stays in the layer below.
cd "$stage"
find . -mindepth 1 -maxdepth 1 -type d | while read -r part; do mkdir -p "$home/$part"; done
for snapshot in io.containerd.snapshotter.v1.overlayfs/snapshots/*; do
	[ -e "$home/$snapshot" ] || { mkdir -p "$home/${snapshot%/*}" && cp -a "$snapshot" "$home/$snapshot"; }
done
cp -a --update io.containerd.content.v1.content "$home/"
cp -a io.containerd.metadata.v1.bolt "$home/"
cp -a io.containerd.snapshotter.v1.overlayfs/metadata.db "$home/io.containerd.snapshotter.v1.overlayfs/"
