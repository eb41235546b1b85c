import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../core/errors.ts";
import { createFakeProvider } from "../providers/fake/fake-provider.ts";
import { contentsKey } from "./contents.ts";
import type { LabService } from "./service.ts";
import { openPoolHost, slug } from "./test-support/pool-host.ts";
import { inState, live } from "./test-support/waiting.ts";
import { versionOf } from "./version.ts";

let host: Awaited<ReturnType<typeof openPoolHost>>;
let labs: LabService;
let key: string;

beforeEach(async () => {
	host = await openPoolHost();
	labs = host.engine();
	const { madeOf } = createFakeProvider(host.world);
	key = contentsKey(host.catalogue.instantiate(slug, 1), versionOf(host.catalogue, slug, madeOf)) ?? "";
	host.world.prepared.add(key);
});
afterEach(() => host.close());

describe("a lab of which a cluster was prepared broken", () => {
	test("takes no step of the scenario; its fault is seen twice before the learner sees it", async () => {
		const { id } = await labs.start(slug, 1);
		expect(await live(labs, id)).toMatchObject({ state: "active", seed: 1 });
		expect(host.steps).toEqual(["still broken", "still broken"]);
		expect(await host.store.faultOf(id)).toBeDefined();
		expect(host.world.calls).toEqual([`create ${id}`, `judge ${key} true`]);
	});

	test("is made the longer way for another variant", async () => {
		const { id } = await labs.start(slug, 2);
		await live(labs, id);
		expect(host.steps).toEqual(["baseline", "healthy", "fault", "symptom"]);
	});

	test("that does not show its fault is never shown: it is made the longer way, and the prepared one is judged by it", async () => {
		host.sleepsOn = new AppError("fault-without-symptom", "It answers.");
		const { id } = await labs.start(slug, 1);
		expect(await live(labs, id)).toMatchObject({ state: "active" });
		expect(host.steps).toEqual(["still broken", "baseline", "healthy", "fault", "symptom"]);
		expect(host.world.calls).toEqual([`create ${id}`, `judge ${key} false`, `destroy ${id}`, `create ${id}`]);
	});

	test("whose engine dies before it is proven is proven by the next", async () => {
		host.world.stalls.add("Preparing the workstation");
		const { id } = await labs.start(slug, 1);
		await inState(labs, id, "provisioning");
		await expect.poll(() => host.world.labs.get(id)?.made.size).toBe(3);
		await labs.close({ destroy: false });
		host.world.stalls.clear();
		const next = host.engine();
		await next.reconcile();
		expect(await live(next, id)).toMatchObject({ state: "active" });
		expect(host.steps).toEqual(["still broken", "still broken"]);
	});

	test("whose scenario has changed since it was cloned is made anew: nobody meets an earlier fault", async () => {
		host.world.stalls.add("Preparing the workstation");
		const { id } = await labs.start(slug, 1);
		await expect.poll(() => host.world.labs.get(id)?.made.size).toBe(3);
		await labs.close({ destroy: false });
		Object.assign(host.world.labs.get(id) ?? {}, { contents: "earlier" });
		host.world.stalls.clear();
		const next = host.engine();
		await next.reconcile();
		expect(await live(next, id)).toMatchObject({ state: "active" });
		expect(host.steps).toEqual(["baseline", "healthy", "fault", "symptom"]);
		expect(host.world.labs.get(id)?.contents).toBeUndefined();
	});
});
