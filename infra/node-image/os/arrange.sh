#!/bin/bash
# Fits Debian's system and kind's files to each other.
set -euo pipefail

# change FILE EXPRESSION WANTED: edits, and fails where the result is not there (kind's file has another shape then).
change() {
	sed -i -E "$2" "$1"
	grep -qE "$3" "$1" || { echo "arrange: $1 has no line like $3" >&2; exit 1; }
}

chmod 0755 /usr/local/bin/* /kind /kind/bin /kind/bin/*
mkdir -p /etc/kubernetes/manifests /kind/manifests /opt/cni/bin /etc/containerd/certs.d
ln -sf /usr/lib/cni/* /opt/cni/bin/

# Of systemd's own units none that minds hardware, terminals or a clean-up at boot.
rm -f /lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service \
	/lib/systemd/system/multi-user.target.wants/* /etc/systemd/system/*.wants/* \
	/lib/systemd/system/local-fs.target.wants/* \
	/lib/systemd/system/sockets.target.wants/*udev* /lib/systemd/system/sockets.target.wants/*initctl*
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\nReadKMsg=no\n' > /etc/systemd/journald.conf.d/no-kernel.conf
ln -sf /usr/lib/systemd/systemd /sbin/init

# Debian's containerd stands in /usr/bin. Raising limits and lowering the OOM score takes CAP_SYS_RESOURCE, which a host
# may lack; without these lines containerd keeps the container's own, high enough, limits.
unit=/etc/systemd/system/containerd.service
change "$unit" 's#^ExecStart=.*#ExecStart=/usr/bin/containerd#' '^ExecStart=/usr/bin/containerd$'
sed -i -E '/^(Limit[A-Z]+|OOMScoreAdjust)=/d' "$unit"

config=/etc/containerd/config.toml
change "$config" 's#^( *restrict_oom_score_adj) = false#\1 = true#' '^ *restrict_oom_score_adj = true'
change "$config" 's#^( *discard_unpacked_layers) = .*#\1 = true#' '^ *discard_unpacked_layers = true'
cat >> "$config" <<'TOML'
[plugins."io.containerd.grpc.v1.cri".registry]
  # one folder per registry; _default/hosts.toml names the lab's mirror
  config_path = "/etc/containerd/certs.d"
[plugins."io.containerd.grpc.v1.cri".cni]
  # Debian's own default is /usr/lib/cni; network agents install themselves here
  bin_dir = "/opt/cni/bin"
TOML
ctr oci spec | jq '.hooks.createContainer += [{"path": "/kind/bin/mount-product-files.sh"}] | del(.process.rlimits)' > /etc/containerd/cri-base.json

systemctl enable containerd.service kubelet.service undo-mount-hacks.service
systemctl mask systemd-binfmt.service
# Each node makes its own.
: > /etc/machine-id
