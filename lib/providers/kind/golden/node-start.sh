#!/bin/sh
# The first process of a cloned node, before kind's own. Layers of container images are what a node is big by, and nobody
# changes them: they are read where the node's image has them, the same for all clones, instead of being copied.
set -eu
image=/kind/image
layers=var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots
mkdir -p $image
# The image beneath the volume that is mounted at /var.
mount --bind / $image
if [ ! -e /$layers ]; then
	(cd $image && tar --create --exclude="./$layers/*" ./var) | (cd / && tar --extract --skip-old-files)
	for layer in $image/$layers/*; do ln -s "$layer" /$layers/; done
	if grep -q '^table' /kind/golden/rules; then nft --file /kind/golden/rules; else iptables-restore --noflush /kind/golden/rules; fi
	sysctl --quiet --load=/kind/golden/sysctls
fi
exec /usr/local/bin/entrypoint "$@"
