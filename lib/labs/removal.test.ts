import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeProvider } from "../providers/fake/fake-provider.ts";
import { removalAgainMs } from "./removal.ts";
import type { LabService } from "./service.ts";
import { openPoolHost, slug } from "./test-support/pool-host.ts";
import { inState, live, tidy } from "./test-support/waiting.ts";

let host: Awaited<ReturnType<typeof openPoolHost>>;

beforeEach(async () => {
	host = await openPoolHost();
	host.pausesPass = true;
});
afterEach(async () => {
	host.world.onDestroy = undefined;
	await host.close();
});

/** Lets nothing be removed: as many tries as were made, and what ends it. */
function stuck() {
	const tried: string[] = [];
	host.world.onDestroy = async (labId) => {
		tried.push(labId);
		throw new Error("device or resource busy");
	};
	return {
		tried,
		free: () => {
			host.world.onDestroy = undefined;
		},
	};
}

const context = { signal: new AbortController().signal, onStep: () => {} };
const cluster = { nodes: 1, kubeProxyMode: "iptables" as const, dnsReplicas: 1, addons: [] };
const access = { namespaces: [], clusterRules: [], clusterDns: false, ingressController: false, hostPorts: [] };
const makeStray = () => createFakeProvider(host.world).create({ labId: "stray", cluster, access, files: {} }, context);

const onHost = () => [...host.world.labs.keys()];
/** Time passes until what failed is tried again. */
async function later(labs: LabService): Promise<void> {
	host.now += removalAgainMs;
	await tidy(labs);
}

/** A lab that was reset while nothing could be removed: the old one is still there. */
async function reset() {
	const labs = host.engine();
	const { id } = await labs.start(slug, 1);
	await live(labs, id);
	const docker = stuck();
	await labs.reset(id);
	await live(labs, id);
	await expect.poll(() => docker.tried).toEqual([id, id, id]);
	expect(onHost()).toHaveLength(2);
	return { labs, id, ...docker };
}

describe("what a reset has replaced", () => {
	test("is tried again after a pause until it is gone", async () => {
		const { labs, id, tried, free } = await reset();
		await tidy(labs);
		await turn();
		expect(tried).toHaveLength(3);
		await later(labs);
		await turn();
		expect(tried).toHaveLength(6);
		free();
		await later(labs);
		await expect.poll(onHost).toEqual([(await host.store.get(id))?.environmentId]);
		expect((await labs.get(id)).state).toBe("active");
	});

	test("keeps the lab from being gone while any of it is there", async () => {
		const { labs, id, tried, free } = await reset();
		await labs.stop(id);
		await expect.poll(() => tried).toHaveLength(9);
		expect((await labs.get(id)).state).toBe("destroying");
		free();
		await later(labs);
		await inState(labs, id, "destroyed");
		expect(onHost()).toEqual([]);
	});

	test("does not keep an engine that ends waiting for the next try", async () => {
		host.pausesPass = false;
		const labs = host.engine();
		const { id } = await labs.start(slug, 1);
		await live(labs, id);
		const { tried } = stuck();
		await labs.reset(id);
		await expect.poll(() => tried).toEqual([id]);
		await labs.close({ destroy: false });
		expect(tried).toEqual([id]);
	});
});

describe("a removal that failed", () => {
	test("of a lab of the pool is tried again", async () => {
		const labs = await host.filled();
		const docker = stuck();
		host.world.memoryBytes = 0;
		const { actions } = await labs.pool.tend();
		expect(actions.length).toBeGreaterThan(0);
		await expect.poll(() => docker.tried).toHaveLength(3 * actions.length);
		docker.free();
		await later(labs);
		await expect.poll(host.pooled).toEqual([]);
		expect(onHost()).toEqual([]);
	});

	test("of a lab that failed itself is tried again", async () => {
		const labs = host.engine();
		const docker = stuck();
		host.world.failures.set("Starting CoreDNS", new Error("no DNS today"));
		const { id } = await labs.start(slug, 1);
		await inState(labs, id, "failed");
		await expect.poll(() => docker.tried).toHaveLength(3);
		docker.free();
		await later(labs);
		await expect.poll(onHost).toEqual([]);
	});

	test("of a stray is tried again", async () => {
		await makeStray();
		const docker = stuck();
		const labs = host.engine();
		await labs.reconcile();
		await expect.poll(() => docker.tried).toHaveLength(3);
		docker.free();
		await later(labs);
		await expect.poll(onHost).toEqual([]);
	});
});

describe("an end with destroy", () => {
	test("leaves nothing: no lab, nothing that a reset has replaced, nothing that no record names", async () => {
		const { labs, free } = await reset();
		await makeStray();
		free();
		host.world.granted = { old: 0 };
		await labs.close({ destroy: true });
		expect(onHost()).toEqual([]);
		expect(host.world.granted, "what other instances are told").toEqual({});
	});

	test("says what is left, and removes it when it is asked again", async () => {
		const { labs, id, free } = await reset();
		await makeStray();
		await expect(labs.close({ destroy: true })).rejects.toMatchObject({ code: "labs-left", message: expect.stringMatching(/stray/) });
		expect((await labs.get(id)).state).toBe("destroying");
		free();
		await labs.close({ destroy: true });
		expect(onHost()).toEqual([]);
		expect((await labs.get(id)).state).toBe("destroyed");
	});

	test("says what to do where Docker does not answer", async () => {
		const labs = host.engine();
		host.world.onList = async () => {
			host.world.onList = undefined;
			throw new Error("Cannot connect to the Docker daemon");
		};
		await expect(labs.close({ destroy: true })).rejects.toMatchObject({
			code: "labs-left",
			message: expect.stringMatching(/Cannot connect to the Docker daemon/),
			mend: expect.stringMatching(/^start Docker, .*; or npm stop,/),
		});
		await labs.close({ destroy: true });
	});

	test("removes a lab of the pool whose removal failed before", async () => {
		const labs = await host.filled();
		const docker = stuck();
		await expect(labs.close({ destroy: true })).rejects.toMatchObject({ code: "labs-left" });
		docker.free();
		await labs.close({ destroy: true });
		expect(onHost()).toEqual([]);
		expect(await host.pooled()).toEqual([]);
	});
});
