#!/bin/sh
# Run on a node of a settled golden cluster: keeps what kube-proxy has told the kernel, so that a clone's pods find the API server
# before their kube-proxy runs. Not later: once the API server has taken back its address the rules refuse connections to it,
# and who is refused asks again only seconds later.
set -eu
mkdir -p /kind/golden
rules() {
	case $1 in
	iptables) for table in nat filter; do
		echo "*$table"; iptables-save -t $table | grep -E '^(:KUBE-|-[AI] .*KUBE-)' || true; echo COMMIT
	done ;;
	nftables) for family in ip ip6; do nft list table $family kube-proxy 2>/dev/null || true; done ;;
	esac
}
# kube-proxy writes once a second: until of all that Services lead to only the API server is left. An address before its port
# is `10.244.0.5:80` to iptables and `10.244.0.5 . 80` to nftables.
tries=150
until rules "$1" >/kind/golden/rules
	grep -qE '(:| \. )6443' /kind/golden/rules && ! grep -qE "[^0-9]$2[0-9.]+(:| \. )[0-9]" /kind/golden/rules; do
	tries=$((tries - 1)); [ $tries -gt 0 ]; sleep 0.2
done
