import { generateKeyPairSync } from "node:crypto";
import { stringify } from "yaml";
import { AppError } from "../../../core/errors.ts";
import { learnerGroup, learnerUser } from "../learner-rbac.ts";
import { type CertificateRequest, certificatePem, certify, type Identity, keyPem } from "./certificate.ts";

/** What a lab's own authorities and keys are made for. */
export interface ClusterIdentity {
	/** The cluster's name as kind has it. */
	cluster: string;
	nodes: readonly NodeIdentity[];
	/** The first address of the service subnet. */
	serviceAddress: string;
	now: number;
}

export interface NodeIdentity {
	name: string;
	address: string;
}

/** Certificates of the golden cluster's authorities, DER: those of a clone must be as long. */
export interface GoldenAuthorities {
	cluster: Buffer;
	frontProxy: Buffer;
}

export interface ClusterKeys {
	/** Certificates of the clone's authorities, DER, in the place of the golden ones. */
	authorities: GoldenAuthorities;
	/** By node, in order: path on the node → content. Private to the node. */
	files: Record<string, string>[];
	/** The administrator's kubeconfig, for a server of the caller's. */
	admin(server: string): string;
	/** The learner's. */
	learner(server: string): string;
}

// Signatures are 70 to 72 bytes long, one in a hundred shorter by one: that many tries find even those, in a second at most.
const tries = 2000;

/**
 * An authority whose certificate is as long as the golden one: then it can take that one's place in the database.
 * @throws AppError `no-such-length` where no certificate of ours is
 */
export function authorityOfLength(commonName: string, length: number, now: number): Identity {
	for (let left = tries; left > 0; left--) {
		const made = certify({ commonName, dnsNames: [commonName], now });
		if (made.certificate.length === length) return made;
	}
	throw new AppError("no-such-length", `No certificate of ${commonName} came out ${length} bytes long.`);
}

/** Makes authorities, certificates, kubeconfigs and signing keys that no other lab shares; all that kubeadm makes for a cluster. */
export function makeClusterKeys(wanted: ClusterIdentity, golden: GoldenAuthorities): ClusterKeys {
	const { cluster, nodes, now } = wanted;
	const ca = authorityOfLength("kubernetes", golden.cluster.length, now);
	const frontProxy = authorityOfLength("front-proxy-ca", golden.frontProxy.length, now);
	const conf = (user: string, server: string, organizations: string[] = []) =>
		kubeconfig({ cluster, user, server, ca, identity: certify({ commonName: user, organizations, issuer: ca, use: ["client"], now }) });
	const [first] = nodes;
	if (!first) throw new AppError("no-node", "A cluster has a node.", { kind: "invalid" });
	const endpoint = `https://${first.name}:6443`;
	const files = nodes.map((node, index) => ({
		...(index === 0 ? controlPlaneFiles(wanted, { node, ca, frontProxy, endpoint, conf }) : pem("/etc/kubernetes/pki/ca", ca, false)),
		...kubeletFiles(wanted, { node, ca, endpoint }),
	}));
	return {
		authorities: { cluster: ca.certificate, frontProxy: frontProxy.certificate },
		files,
		admin: (server) => conf("kubernetes-admin", server, ["kubeadm:cluster-admins"]),
		learner: (server) => conf(learnerUser, server, [learnerGroup]),
	};
}

interface ControlPlane {
	node: NodeIdentity;
	ca: Identity;
	frontProxy: Identity;
	endpoint: string;
	conf(user: string, server: string, organizations?: string[]): string;
}

function controlPlaneFiles({ serviceAddress, now }: ClusterIdentity, { node, ca, frontProxy, endpoint, conf }: ControlPlane) {
	const etcd = certify({ commonName: "etcd-ca", dnsNames: ["etcd-ca"], now });
	const own = `https://${node.address}:6443`;
	const pki = "/etc/kubernetes/pki";
	const make = (request: Omit<CertificateRequest, "now">) => certify({ ...request, now });
	const etcdNode = {
		commonName: node.name,
		issuer: etcd,
		use: ["server", "client"] as const,
		dnsNames: [node.name, "localhost"],
		addresses: [node.address, "127.0.0.1", "::1"],
	};
	const service = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];
	const tokens = generateKeyPairSync("ec", { namedCurve: "P-256" });
	return {
		...pem(`${pki}/ca`, ca),
		...pem(`${pki}/front-proxy-ca`, frontProxy),
		...pem(`${pki}/etcd/ca`, etcd),
		...pem(
			`${pki}/apiserver`,
			make({
				commonName: "kube-apiserver",
				issuer: ca,
				use: ["server"],
				dnsNames: [node.name, ...service, "localhost"],
				addresses: [serviceAddress, node.address, "127.0.0.1"],
			}),
		),
		...pem(
			`${pki}/apiserver-kubelet-client`,
			make({ commonName: "kube-apiserver-kubelet-client", organizations: ["kubeadm:cluster-admins"], issuer: ca, use: ["client"] }),
		),
		...pem(`${pki}/front-proxy-client`, make({ commonName: "front-proxy-client", issuer: frontProxy, use: ["client"] })),
		...pem(`${pki}/apiserver-etcd-client`, make({ commonName: "kube-apiserver-etcd-client", issuer: etcd, use: ["client"] })),
		...pem(`${pki}/etcd/server`, make(etcdNode)),
		...pem(`${pki}/etcd/peer`, make(etcdNode)),
		...pem(`${pki}/etcd/healthcheck-client`, make({ commonName: "kube-etcd-healthcheck-client", issuer: etcd, use: ["client"] })),
		[`${pki}/sa.key`]: String(tokens.privateKey.export({ type: "sec1", format: "pem" })),
		[`${pki}/sa.pub`]: String(tokens.publicKey.export({ type: "spki", format: "pem" })),
		"/etc/kubernetes/admin.conf": conf("kubernetes-admin", endpoint, ["kubeadm:cluster-admins"]),
		"/etc/kubernetes/super-admin.conf": conf("kubernetes-super-admin", endpoint, ["system:masters"]),
		"/etc/kubernetes/controller-manager.conf": conf("system:kube-controller-manager", own),
		"/etc/kubernetes/scheduler.conf": conf("system:kube-scheduler", own),
	};
}

function kubeletFiles({ cluster, now }: ClusterIdentity, { node, ca, endpoint }: Pick<ControlPlane, "node" | "ca" | "endpoint">) {
	const user = `system:node:${node.name}`;
	const client = certify({ commonName: user, organizations: ["system:nodes"], issuer: ca, use: ["client"], now });
	const serving = certify({
		...{ commonName: node.name, issuer: ca, use: ["server"], dnsNames: [node.name], addresses: [node.address], now },
	});
	const folder = "/var/lib/kubelet/pki";
	const file = `${folder}/kubelet-client-current.pem`;
	return {
		// The kubelet renews this file, so its kubeconfig names it.
		[file]: certificatePem(client) + keyPem(client),
		...pem(`${folder}/kubelet`, serving),
		"/etc/kubernetes/kubelet.conf": stringify(config(cluster, user, endpoint, ca, { "client-certificate": file, "client-key": file })),
	};
}

function pem(path: string, identity: Identity, withKey = true): Record<string, string> {
	return { [`${path}.crt`]: certificatePem(identity), ...(withKey && { [`${path}.key`]: keyPem(identity) }) };
}

interface KubeconfigParts {
	cluster: string;
	user: string;
	server: string;
	ca: Identity;
	identity: Identity;
}

function kubeconfig({ cluster, user, server, ca, identity }: KubeconfigParts): string {
	const credentials = {
		"client-certificate-data": Buffer.from(certificatePem(identity)).toString("base64"),
		"client-key-data": Buffer.from(keyPem(identity)).toString("base64"),
	};
	return stringify(config(cluster, user, server, ca, credentials));
}

function config(cluster: string, user: string, server: string, ca: Identity, credentials: Record<string, string>) {
	const context = `${user}@${cluster}`;
	return {
		apiVersion: "v1",
		kind: "Config",
		clusters: [{ name: cluster, cluster: { "certificate-authority-data": Buffer.from(certificatePem(ca)).toString("base64"), server } }],
		contexts: [{ name: context, context: { cluster, user } }],
		"current-context": context,
		users: [{ name: user, user: credentials }],
	};
}
