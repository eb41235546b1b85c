/** What every cluster has before a baseline comes: scenarios may speak of these as of their own. */
const stock: readonly { namespace: string; target: string }[] = [
	{ namespace: "kube-system", target: "deployment/coredns" },
	{ namespace: "kube-system", target: "configmap/coredns" },
	{ namespace: "kube-system", target: "service/kube-dns" },
	{ namespace: "kube-system", target: "daemonset/kube-proxy" },
	{ namespace: "kube-system", target: "configmap/kube-proxy" },
	{ namespace: "default", target: "service/kubernetes" },
];

/** Namespaces of every cluster. */
const stockNamespaces: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** Labels that pods of every cluster carry. */
const stockPods: readonly { namespace: string; labels: Readonly<Record<string, string>> }[] = [
	{ namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
	{ namespace: "kube-system", labels: { "k8s-app": "kube-proxy" } },
];

/** @param target `kind/name` in lower case */
export function isStockObject(target: string, namespace: string): boolean {
	return stock.some((object) => object.namespace === namespace && object.target === target);
}

export function isStockNamespace(name: string): boolean {
	return stockNamespaces.includes(name);
}

/** Whether some pods that every cluster has carry these labels. */
export function areStockPods(labels: Readonly<Record<string, string>>, namespace: string): boolean {
	return stockPods.some(
		(pods) => pods.namespace === namespace && Object.entries(labels).every(([key, value]) => pods.labels[key] === value),
	);
}
