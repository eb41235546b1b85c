/** What every cluster has before a baseline comes: scenarios may speak of these as of their own. */
const stock: readonly { namespace: string; target: string }[] = [
	{ namespace: "kube-system", target: "deployment/coredns" },
	{ namespace: "kube-system", target: "configmap/coredns" },
	{ namespace: "kube-system", target: "service/kube-dns" },
	{ namespace: "default", target: "service/kubernetes" },
];

/** @param target `kind/name` in lower case */
export function isStockObject(target: string, namespace: string): boolean {
	return stock.some((object) => object.namespace === namespace && object.target === target);
}
