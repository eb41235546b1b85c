import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { LabEnvironment, LabProbe, ProbeResult } from "../../provider.ts";

const timeoutMs = 10 * 60_000;

/** What Faultline sees of a real lab from every vantage, also when the cluster's own services are down. */
export function describeEyes(lab: () => LabEnvironment): void {
	const run = (...args: string[]) => lab().kubectl(["-n", "shop", ...args], { timeoutMs: 200_000 });
	const get = async (what: string, path: string) => (await run("get", ...what.split(" "), "-o", `jsonpath={${path}}`)).stdout;
	const node = () => lab().nodes[0] ?? "";
	const site = { podUid: "", podAddress: "", clusterIp: "", nodePort: "", nodeAddress: "" };

	async function one(probe: LabProbe): Promise<ProbeResult> {
		return (await lab().probe([probe]))[0] as ProbeResult;
	}
	const get200 = (url: string, from: LabProbe["from"]) => one({ kind: "http", url, timeoutMs: 5000, from });
	const flowOf = ({ local = "", remote = "" }: ProbeResult) =>
		one({ kind: "flow", protocol: "tcp", source: local, destination: remote, timeoutMs: 10_000, from: { node: node() } });

	describe("Faultline's eyes", () => {
		beforeAll(async () => {
			await run("create", "deployment", "site", "--image=nginx");
			await run("expose", "deployment", "site", "--port=80", "--type=NodePort");
			const rolled = await run("rollout", "status", "deployment/site", "--timeout=180s");
			expect(rolled.exitCode, rolled.stderr).toBe(0);
			site.podUid = await get("pods -l app=site", ".items[0].metadata.uid");
			site.podAddress = await get("pods -l app=site", ".items[0].status.podIP");
			site.clusterIp = await get("service site", ".spec.clusterIP");
			site.nodePort = await get("service site", ".spec.ports[0].nodePort");
			site.nodeAddress = await get(`node ${node()}`, ".status.addresses[0].address");
			// The node's rules come a moment after the pod is ready, those of cluster DNS after it was made anew.
			const answers = async () => [
				(await one({ kind: "dns", name: "site", timeoutMs: 5000, from: { podUid: site.podUid } })).dns?.rcode,
				(await get200(`http://${site.clusterIp}/`, { podUid: site.podUid })).http?.status,
				(await get200(`http://${site.nodeAddress}:${site.nodePort}/`, { workstation: true })).http?.status,
			];
			await vi.waitFor(async () => expect(await answers()).toEqual(["NOERROR", 200, 200]), { timeout: 60_000, interval: 200 });
		}, timeoutMs);
		afterAll(async () => {
			await run("delete", "deployment,service", "site");
		}, timeoutMs);

		test("tell the outside user from all others, by an address of its own", async () => {
			const outside = await get200(`http://${site.nodeAddress}:${site.nodePort}/`, { edge: true });
			const laptop = await get200(`http://${site.nodeAddress}:${site.nodePort}/`, { workstation: true });
			expect([outside.http?.status, laptop.http?.status]).toEqual([200, 200]);
			const subnetBase = Number(site.nodeAddress.split(".")[3]) & ~63;
			expect(outside.local).toMatch(new RegExp(`^${site.nodeAddress.replace(/\d+$/, String(subnetBase + 61)).replaceAll(".", "\\.")}:`));
			expect(laptop.local?.split(":")[0]).not.toBe(outside.local?.split(":")[0]);
		});

		test("have an outside user who knows no name of the cluster and reaches no pod directly", async () => {
			const [name, address] = await Promise.all([
				get200("http://site.shop.svc.cluster.local/", { edge: true }),
				get200(`http://${site.podAddress}/`, { edge: true }),
			]);
			expect(name?.outcome).toMatch(/^name-/);
			// Not "no answer": a host's own upstream may answer for any address.
			expect(address?.http?.body ?? "").not.toContain("nginx");
			expect((await get200(`http://${site.podAddress}/`, { podUid: site.podUid })).http?.body).toContain("nginx");
		});

		test("see which pod stands behind a ClusterIP, and behind a node port from workstation and edge", async () => {
			const backend = `${site.podAddress}:80`;
			const inside = await get200(`http://${site.clusterIp}/`, { podUid: site.podUid });
			expect(await flowOf(inside)).toMatchObject({ outcome: "answered", flow: { server: backend } });
			for (const from of [{ workstation: true }, { edge: true }] as const) {
				const outside = await get200(`http://${site.nodeAddress}:${site.nodePort}/`, from);
				expect(await flowOf(outside)).toMatchObject({ outcome: "answered", flow: { server: backend } });
			}
			const never = await flowOf({ ...inside, local: `${site.podAddress}:1` });
			expect(never.outcome).toBe("answered");
			expect(never.flow).toBeUndefined();
		});

		test("see which pod answered a DNS query, by the address that it came from", async () => {
			const asked = await one({ kind: "dns", name: "site", timeoutMs: 5000, from: { podUid: site.podUid } });
			const query = asked.dns?.queries[0];
			const flow = await one({
				...{ kind: "flow", protocol: "udp", timeoutMs: 10_000, from: { node: node() } },
				...{ source: query?.local ?? "", destination: query?.server ?? "" },
			});
			const coredns = await lab().kubectl(
				["-n", "kube-system", "get", "pods", "-l", "k8s-app=kube-dns", "-o", "jsonpath={.items[*].status.podIP}"],
				{ timeoutMs: 30_000 },
			);
			expect(coredns.stdout.split(" ").map((address) => `${address}:53`)).toContain(flow.flow?.server);
		});

		test("see from every vantage while the API server and CoreDNS are down", { timeout: timeoutMs }, async () => {
			const onNode = (...command: string[]) => lab().nodeExec(node(), command, { timeoutMs: 30_000 });
			const system = async (...args: string[]) => {
				const { exitCode, stdout, stderr } = await lab().kubectl(["-n", "kube-system", ...args], { timeoutMs: 200_000 });
				expect(exitCode, stderr).toBe(0);
				return stdout;
			};
			const api = () => one({ kind: "tcp", host: site.nodeAddress, port: 6443, timeoutMs: 2000, from: { edge: true } });
			const manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";
			const replicas = await system("get", "deployment", "coredns", "-o", "jsonpath={.spec.replicas}");
			await system("scale", "deployment", "coredns", "--replicas=0");
			await system("wait", "pod", "-l", "k8s-app=kube-dns", "--for=delete", "--timeout=120s");
			try {
				await onNode("mv", manifest, "/etc/kubernetes/");
				await expect.poll(async () => (await api()).outcome, { timeout: 180_000 }).toBe("refused");
				const results = await lab().probe([
					{ kind: "http", url: `http://${site.clusterIp}/`, timeoutMs: 5000, from: { podUid: site.podUid } },
					{ kind: "http", url: `http://${site.podAddress}/`, timeoutMs: 5000, from: { node: node() } },
					{ kind: "http", url: `http://${site.nodeAddress}:${site.nodePort}/`, timeoutMs: 5000, from: { workstation: true } },
					{ kind: "http", url: `http://${site.nodeAddress}:${site.nodePort}/`, timeoutMs: 5000, from: { edge: true } },
					{ kind: "dns", name: "site", timeoutMs: 2000, from: { podUid: site.podUid } },
				]);
				expect(results.slice(0, 4).map((result) => result.http?.status)).toEqual([200, 200, 200, 200]);
				expect(await flowOf(results[0] as ProbeResult)).toMatchObject({ flow: { server: `${site.podAddress}:80` } });
				expect(results[4]?.outcome).toMatch(/^(refused|timeout|unreachable)$/);
				expect((await run("get", "pods", "--request-timeout=3s")).exitCode).not.toBe(0);
			} finally {
				await onNode("mv", "/etc/kubernetes/kube-apiserver.yaml", manifest);
			}
			await expect.poll(async () => (await run("get", "--raw", "/readyz")).stdout, { timeout: 180_000, interval: 500 }).toBe("ok");
			await system("scale", "deployment", "coredns", `--replicas=${replicas}`);
			// Scheduler and controllers lost their API server and start again, after ever longer waits.
			await system("rollout", "status", "deployment/coredns", "--timeout=180s");
		});
	});
}
