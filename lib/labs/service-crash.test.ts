import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeProvider } from "../providers/fake/fake-provider.ts";
import { openServiceHost, slug } from "./test-support/service-host.ts";
import { inState, live, until } from "./test-support/waiting.ts";

let host: Awaited<ReturnType<typeof openServiceHost>>;

beforeEach(async () => {
	host = await openServiceHost();
});
afterEach(() => host.close());

describe("after a crash", () => {
	for (const [where, arrange] of [
		["while the cluster is made", () => void host.world.stalls.add("Creating the cluster")],
		["while the workstation is made", () => void host.world.stalls.add("Preparing the workstation")],
	] as const) {
		test(`a lab that was half made ${where} is finished, once`, async () => {
			const died = host.engine();
			arrange();
			const { id } = await died.start(slug, 1);
			const stalled = [...host.world.stalls][0];
			await until(died, id, (lab) => lab.stages.some((stage) => stage.name === stalled));
			// The process is gone without a word: nothing of it runs any more, nothing was cleaned up.
			await died.close({ destroy: false });
			host.world.stalls.clear();
			const next = host.engine();
			await next.reconcile();
			expect((await live(next, id)).state).toBe("active");
			expect([...host.world.labs.keys()]).toEqual([id]);
		});
	}

	test("an active lab is taken up with its objectives, and no shell is opened for it", async () => {
		const died = host.engine();
		const { id } = await died.start(slug, 2);
		await live(died, id);
		await died.close({ destroy: false });
		host.shells.length = 0;
		const next = host.engine();
		await next.reconcile();
		const lab = await live(next, id);
		expect(lab).toMatchObject({ state: "active", seed: 2 });
		expect(host.world.calls).toContain(`thaw ${id}`);
		expect(host.shells).toEqual([]);
	});

	test("a lab that is gone from the host says so", async () => {
		const died = host.engine();
		const { id } = await died.start(slug, 1);
		await live(died, id);
		await died.close({ destroy: false });
		host.world.labs.clear();
		const next = host.engine();
		await next.reconcile();
		expect((await inState(next, id, "failed")).failure?.code).toBe("lab-lost");
	});

	test("time does not count while nobody could work", async () => {
		const before = host.engine();
		const { id } = await before.start(slug, 1);
		await live(before, id);
		await before.close({ destroy: false });
		host.now += 24 * 60 * 60_000;
		const next = host.engine();
		await next.reconcile();
		const ending = new AbortController();
		const reaping = next.reap(ending.signal);
		expect(await live(next, id)).toMatchObject({ state: "active", expiresAt: host.now + 30 * 60_000 });
		ending.abort();
		await reaping;
	});

	test("parts that nobody knows are removed", async () => {
		const provider = createFakeProvider(host.world);
		const spec = { labId: "stray", cluster: { nodes: 1, kubeProxyMode: "iptables" as const, dnsReplicas: 1, addons: [] } };
		const context = { signal: new AbortController().signal, onStep: () => {} };
		await provider.create(
			{ ...spec, access: { namespaces: [], clusterRules: [], clusterDns: false, ingressController: false, hostPorts: [] }, files: {} },
			context,
		);
		await host.engine().reconcile();
		await expect.poll(() => host.world.labs.size).toBe(0);
	});
});
