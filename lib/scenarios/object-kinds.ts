/** Kinds whose fields a scenario may speak of, as `kind/name` writes them. */
export const objectKinds = [
	...(["namespace", "pod", "deployment", "replicaset", "statefulset", "daemonset", "service", "endpointslice"] as const),
	...(["endpoints", "configmap", "networkpolicy", "ingress", "ingressclass"] as const),
] as const;
export type ObjectKind = (typeof objectKinds)[number];
