import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { certify } from "./certificate.ts";
import { makeClusterKeys } from "./identities.ts";

const now = Date.UTC(2026, 5, 1);
/** One of usual length: one in a hundred thousand is so short that making another takes long. */
function authority(name: string): Buffer {
	const made = Array.from({ length: 9 }, () => certify({ commonName: name, dnsNames: [name], now }).certificate);
	return made.sort((a, b) => a.length - b.length)[4] as Buffer;
}

const golden = { cluster: authority("kubernetes"), frontProxy: authority("front-proxy-ca") };
const nodes = [
	{ name: "lab-control-plane", address: "10.213.0.24" },
	{ name: "lab-worker", address: "10.213.0.25" },
];
const make = () => makeClusterKeys({ cluster: "lab", nodes, serviceAddress: "10.96.0.1", now }, golden);
const pki = (keys: ReturnType<typeof make>, path: string) => keys.files[0]?.[`/etc/kubernetes/pki/${path}`] ?? "";

test("makes authorities that fit into the golden ones' places", () => {
	const { authorities } = make();
	expect(authorities.cluster).toHaveLength(golden.cluster.length);
	expect(authorities.frontProxy).toHaveLength(golden.frontProxy.length);
	expect(authorities.cluster).not.toEqual(golden.cluster);
});

test("signs everything with the cluster's own authorities", () => {
	const keys = make();
	const signed = {
		ca: ["apiserver", "apiserver-kubelet-client"],
		"front-proxy-ca": ["front-proxy-client"],
		"etcd/ca": ["etcd/server", "etcd/peer"],
	};
	for (const [authority, names] of Object.entries(signed)) {
		const { publicKey } = new X509Certificate(pki(keys, `${authority}.crt`));
		for (const name of names) expect(new X509Certificate(pki(keys, `${name}.crt`)).verify(publicKey), name).toBe(true);
	}
	const server = new X509Certificate(pki(keys, "apiserver.crt"));
	expect(["lab-control-plane", "kubernetes.default.svc", "localhost"].map((name) => server.checkHost(name))).not.toContain(undefined);
	expect(["10.96.0.1", "10.213.0.24", "127.0.0.1"].map((address) => server.checkIP(address))).not.toContain(undefined);
});

test("shares no key with another cluster of the same golden one", () => {
	const [one, other] = [make(), make()];
	for (const path of ["ca.key", "sa.key", "front-proxy-ca.key", "etcd/ca.key"]) expect(pki(one, path)).not.toBe(pki(other, path));
	const client = parse(one.admin("https://127.0.0.1:1")).users[0].user["client-certificate-data"];
	const certificate = new X509Certificate(Buffer.from(client, "base64"));
	expect(certificate.verify(new X509Certificate(pki(one, "ca.crt")).publicKey)).toBe(true);
	expect(certificate.verify(new X509Certificate(pki(other, "ca.crt")).publicKey)).toBe(false);
});

test("gives a worker its kubelet's keys and nothing to sign with", () => {
	const worker = make().files[1] ?? {};
	expect(Object.keys(worker).sort()).toEqual([
		"/etc/kubernetes/kubelet.conf",
		"/etc/kubernetes/pki/ca.crt",
		"/var/lib/kubelet/pki/kubelet-client-current.pem",
		"/var/lib/kubelet/pki/kubelet.crt",
		"/var/lib/kubelet/pki/kubelet.key",
	]);
	expect(new X509Certificate(worker["/var/lib/kubelet/pki/kubelet-client-current.pem"] ?? "").subject).toBe(
		"O=system:nodes\nCN=system:node:lab-worker",
	);
	expect(parse(worker["/etc/kubernetes/kubelet.conf"] ?? "").clusters[0].cluster.server).toBe("https://lab-control-plane:6443");
});
