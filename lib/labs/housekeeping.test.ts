import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeProvider } from "../providers/fake/fake-provider.ts";
import { hourMs, openPoolHost, slug } from "./test-support/pool-host.ts";
import { inState, live, tidy } from "./test-support/waiting.ts";

let host: Awaited<ReturnType<typeof openPoolHost>>;

beforeEach(async () => {
	host = await openPoolHost();
});
afterEach(() => host.close());

const context = { signal: new AbortController().signal, onStep: () => {} };
const cluster = { nodes: 1, kubeProxyMode: "iptables" as const, dnsReplicas: 1, addons: [] };
const access = { namespaces: [], clusterRules: [], clusterDns: false, ingressController: false, hostPorts: [] };

describe("an engine that looks around", () => {
	test("takes no lab for a stray that is asked for meanwhile", async () => {
		const labs = host.engine();
		let id = "";
		host.world.onList = async () => {
			host.world.onList = undefined;
			({ id } = await labs.start(slug, 1));
			await expect.poll(() => host.world.labs.has(id)).toBe(true);
		};
		await labs.reconcile();
		expect(await live(labs, id)).toMatchObject({ state: "active" });
		expect(host.world.calls).not.toContain(`destroy ${id}`);
	});

	test("does so once: what was made later, and has no record, is no stray", async () => {
		const labs = host.engine();
		await labs.reconcile();
		await createFakeProvider(host.world).create({ labId: "proof", cluster, access, files: {} }, context);
		await labs.reconcile();
		await labs.close({ destroy: false });
		expect([...host.world.labs.keys()]).toEqual(["proof"]);
	});

	test("does so again where the host did not answer", async () => {
		const labs = host.engine();
		await createFakeProvider(host.world).create({ labId: "stray", cluster, access, files: {} }, context);
		host.world.onList = async () => {
			host.world.onList = undefined;
			throw new Error("Docker does not answer");
		};
		await expect(labs.reconcile()).rejects.toThrow("does not answer");
		await labs.reconcile();
		await expect.poll(() => host.world.labs.size).toBe(0);
	});
});

describe("a lab in use whose host has slept", () => {
	const leftMs = hourMs / 2;

	test("has half an hour left, and is taken back after it", async () => {
		const labs = host.engine();
		const { id } = await labs.start(slug, 1);
		await live(labs, id);
		await tidy(labs);
		host.now += 8 * hourMs;
		await tidy(labs);
		expect(await labs.get(id)).toMatchObject({ state: "active", expiresAt: host.now + leftMs });
		host.now += leftMs - 1;
		await tidy(labs);
		expect((await labs.get(id)).state).toBe("active");
		host.now += 1;
		await tidy(labs);
		await inState(labs, id, "destroyed");
	});

	test("keeps what it has where that is more", async () => {
		const labs = host.engine();
		const { id } = await labs.start(slug, 1);
		await live(labs, id);
		const { expiresAt } = await labs.extend(id);
		await tidy(labs);
		host.now += leftMs;
		await tidy(labs);
		expect((await labs.get(id)).expiresAt).toBe(expiresAt);
	});

	test("has it also where the clock was set back before", async () => {
		const labs = host.engine();
		await tidy(labs);
		host.now -= 24 * hourMs;
		await tidy(labs);
		const { id } = await labs.start(slug, 1);
		await live(labs, id);
		host.now += 8 * hourMs;
		await tidy(labs);
		expect(await labs.get(id)).toMatchObject({ state: "active", expiresAt: host.now + leftMs });
	});
});
