import type { HostileLab } from "./hostile-lab.ts";

/**
 * Manifest of a name server that tells a lie about one name and passes all else on.
 * @param options.labels of its pods, besides `app: <name>`, which its Service selects
 */
export function forger(options: {
	name: string;
	namespace: string;
	labels?: Record<string, string>;
	image: string;
	/** The name that is lied about, and the address that it gets. */
	lie: { of: string; address: string };
	/** Where all else is asked: an address, or a file like /etc/resolv.conf. */
	upstream: string;
}): string {
	const { name, namespace, labels = {}, image, lie, upstream } = options;
	const metadata = { name, namespace };
	const corefile = `.:53 {
    template IN A ${lie.of} {
        answer "{{ .Name }} 5 IN A ${lie.address}"
    }
    forward . ${upstream}
}
`;
	const container = {
		...{ name: "coredns", image, args: ["-conf", "/etc/coredns/Corefile"] },
		ports: [{ name: "dns", containerPort: 53, protocol: "UDP" }],
		volumeMounts: [{ name: "config", mountPath: "/etc/coredns" }],
	};
	const pod = { containers: [container], volumes: [{ name: "config", configMap: { name } }] };
	const template = { metadata: { labels: { app: name, ...labels } }, spec: pod };
	const ports = [{ name: "dns", port: 53, protocol: "UDP" }];
	const items = [
		{ apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: corefile } },
		{ apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { selector: { matchLabels: { app: name } }, template } },
		{ apiVersion: "v1", kind: "Service", metadata, spec: { selector: { app: name }, ports } },
	];
	return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** The image of cluster DNS, which is on the node. */
export function dnsImage(lab: HostileLab): Promise<string> {
	return lab.admin("get", "deployment", "coredns", "-n", "kube-system", "-o", "jsonpath={.spec.template.spec.containers[0].image}");
}

export function clusterAddress(lab: HostileLab, service: string): Promise<string> {
	return lab.admin("get", "service", service, "-n", lab.values.namespace ?? "", "-o", "jsonpath={.spec.clusterIP}");
}
