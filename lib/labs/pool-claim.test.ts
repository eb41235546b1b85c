import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../core/errors.ts";
import { emptyView } from "../grading/cluster-view.ts";
import { hourMs, openPoolHost, slug } from "./test-support/pool-host.ts";
import { inState, live } from "./test-support/waiting.ts";

let host: Awaited<ReturnType<typeof openPoolHost>>;

beforeEach(async () => {
	host = await openPoolHost();
});
afterEach(() => host.close());

describe("a lab from the pool", () => {
	test("is woken and proven again, not made, and its time begins at the click", async () => {
		const labs = await host.filled();
		const before = await host.pooled();
		host.now += hourMs;
		const { id, seed, createdAt } = await labs.start(slug);
		expect(before.map((record) => record.id)).toContain(id);
		expect(createdAt).toBe(host.now);
		expect(seed, "the first was seed 1: a learner gets another where there is one").not.toBe(1);
		expect(await live(labs, id)).toMatchObject({ state: "active", readyAt: host.now });
		expect(host.steps).toEqual(["still broken"]);
		expect(host.world.calls.slice(-1)).toEqual([`thaw ${id}`]);
		expect((await labs.list()).map((one) => one.id)).toContain(id);
	});

	test("is given to one learner only, however many ask at once", async () => {
		const labs = await host.filled();
		const ids = (await Promise.all([labs.start(slug), labs.start(slug), labs.start(slug)])).map(({ id }) => id);
		expect(new Set(ids).size).toBe(3);
		for (const id of ids) await live(labs, id);
	});

	test("that is not as it was is never shown: it is made anew", async () => {
		const labs = await host.filled();
		host.sleepsOn = new AppError("fault-without-symptom", "It answers.");
		const { id, seed } = await labs.start(slug);
		expect(await live(labs, id)).toMatchObject({ state: "active", seed });
		expect(host.steps).toEqual(["still broken", "baseline", "healthy", "fault", "symptom"]);
	});

	test("that is still being made goes on for its learner", async () => {
		const labs = host.engine();
		host.world.stalls.add("Preparing the workstation");
		const { actions } = await labs.pool.tend();
		const scenario = actions[0]?.do === "create" ? actions[0].key.scenario : "";
		await expect.poll(async () => (await host.pooled())[0]?.state).toBe("provisioning");
		const [coming] = await host.pooled();
		const { id } = await labs.start(scenario);
		expect(id).toBe(coming?.id);
		await labs.close({ destroy: false });
		host.world.stalls.clear();
		const next = host.engine();
		await next.reconcile();
		expect((await live(next, id)).state).toBe("active");
		expect(host.world.labs.get(id)?.frozen).toBe(false);
	});

	test("that a learner is given while it is being frozen wakes for them", async () => {
		const labs = host.engine();
		let taken = "";
		host.world.onFreeze = async (labId) => {
			host.world.onFreeze = undefined;
			taken = labId;
			await host.store.take(labId, { createdAt: host.now });
		};
		await labs.pool.tend();
		await expect.poll(() => taken).not.toBe("");
		expect(await live(labs, taken)).toMatchObject({ state: "active" });
		expect(host.steps.slice(-1)).toEqual(["still broken"]);
		expect(host.world.labs.get(taken)?.frozen).toBe(false);
	});

	test("whose engine ended between freezing it and saying so is not handed over frozen", async () => {
		await host.filled();
		const { id } = await host.spare();
		await host.store.transition(id, "frozen", "faulted");
		await host.store.take(id, { createdAt: host.now });
		const next = host.engine();
		await next.reconcile();
		expect((await live(next, id)).state).toBe("active");
		expect(host.world.labs.get(id)?.frozen).toBe(false);
	});

	test("has a timeline that begins at the click", async () => {
		const labs = await host.filled();
		host.now += hourMs;
		const { id } = await labs.start(slug);
		await live(labs, id);
		const events = await labs.timeline(id, 0);
		expect(events[0]).toMatchObject({ at: host.now, text: "claimed from the pool" });
		expect(events.every(({ at }) => at >= host.now)).toBe(true);
	});

	test("whose engine dies between claim and waking is woken by the next", async () => {
		await host.filled();
		const { id } = await host.spare();
		await host.store.take(id, { createdAt: host.now });
		const next = host.engine();
		await next.reconcile();
		expect((await live(next, id)).state).toBe("active");
	});

	test("stays in the pool while the engine is away; one that is gone from the host is forgotten", async () => {
		const labs = await host.filled();
		const { id } = await host.spare();
		const others = (await host.pooled()).map((record) => record.id).filter((one) => one !== id);
		await labs.close({ destroy: false });
		host.world.labs.delete(id);
		await host.engine().reconcile();
		await expect.poll(async () => (await host.pooled()).map((record) => record.id).toSorted()).toEqual(others.toSorted());
	});
});

test("a reset takes a spare of the same variant in the lab's place, and removes what was there", async () => {
	const labs = await host.filled();
	const member = await host.spare();
	const { id } = await labs.start(slug, member.seed === 1 ? 2 : 1).then((lab) => live(labs, lab.id));
	const mine = await host.store.get(id);
	await host.store.update(member.id, { seed: mine?.seed ?? 0 });
	host.steps.length = 0;
	await labs.reset(id);
	await expect.poll(async () => (await labs.get(id)).state).toBe("active");
	expect(host.steps).toEqual(["still broken"]);
	expect(await host.store.get(id)).toMatchObject({ environmentId: member.environmentId, seed: mine?.seed });
	expect(await host.store.get(member.id)).toBeUndefined();
	await expect.poll(() => [...host.world.labs.keys()].includes(id)).toBe(false);
});

describe("a reset with a spare", () => {
	/** A learner's lab, and a spare of its variant. */
	async function withSpare() {
		const labs = await host.filled();
		const member = await host.spare();
		const { id } = await labs.start(slug, member.seed === 1 ? 2 : 1).then((lab) => live(labs, lab.id));
		const mine = await host.store.get(id);
		await host.store.update(member.id, { seed: mine?.seed ?? 0 });
		return { labs, id, old: mine?.environmentId ?? "", spare: member.environmentId };
	}

	test("wakes it and shows it before it begins to remove what was there", async () => {
		const { labs, id, old, spare } = await withSpare();
		let removing: (() => void) | undefined;
		const begun = new Promise<void>((resolve) => {
			removing = resolve;
		});
		host.world.onDestroy = async (labId) => {
			if (labId !== old) return;
			expect((await host.store.get(id))?.state).toBe("active");
			expect(host.world.calls).toContain(`thaw ${spare}`);
			removing?.();
			// As a host that takes for ever: nobody waits for it.
			await new Promise<void>((resolve) => {
				removing = resolve;
			});
		};
		await labs.reset(id);
		expect(await live(labs, id)).toMatchObject({ state: "active" });
		await begun;
		expect(host.world.labs.has(old)).toBe(true);
		removing?.();
		await expect.poll(() => host.world.labs.has(old)).toBe(false);
	});

	test("removes what was there although the spare does not wake", async () => {
		const { labs, id, old, spare } = await withSpare();
		host.sleepsOn = new AppError("fault-without-symptom", "It answers.");
		await labs.reset(id);
		expect(await live(labs, id)).toMatchObject({ state: "active" });
		await expect.poll(() => host.world.labs.has(old) || host.world.labs.has(spare)).toBe(false);
	});

	test("whose engine dies before the old lab is removed leaves it to the next, which wakes the spare", async () => {
		const { labs, id, old, spare } = await withSpare();
		// As an engine that is killed at that moment: it removes nothing any more.
		const killed = Promise.withResolvers<void>();
		host.world.onDestroy = () => killed.promise;
		await labs.reset(id);
		await live(labs, id);
		host.world.onDestroy = undefined;
		const next = host.engine();
		await next.reconcile();
		expect(await live(next, id)).toMatchObject({ state: "active" });
		await expect.poll(() => host.world.labs.has(old)).toBe(false);
		expect(host.world.labs.get(spare)).toMatchObject({ frozen: false });
		killed.resolve();
	});
});

test("a reset of a lab that failed before its fault was there takes the spare's fault too", async () => {
	const labs = await host.filled();
	const member = await host.spare();
	await host.store.insert({ ...member, id: "failed1", environmentId: "failed1", pooled: false, state: "failed" });
	await labs.reset("failed1");
	expect(await live(labs, "failed1")).toMatchObject({ state: "active" });
	expect(await host.store.faultOf("failed1")).toEqual(emptyView);
});

test("a reset that is overtaken by the lab's end leaves nothing of what the spare has replaced", async () => {
	const labs = await host.filled();
	const member = await host.spare();
	const { id } = await labs.start(slug, member.seed === 1 ? 2 : 1).then((lab) => live(labs, lab.id));
	await host.store.update(member.id, { seed: (await host.store.get(id))?.seed ?? 0 });
	await labs.reset(id);
	await labs.stop(id);
	await inState(labs, id, "destroyed");
	await labs.close({ destroy: true });
	expect(host.world.labs.size).toBe(0);
});
