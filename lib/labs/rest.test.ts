import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keptRestingMs } from "./rest.ts";
import type { LabService } from "./service.ts";
import { hourMs, openPoolHost, slug } from "./test-support/pool-host.ts";
import { inState, live, tidy, until } from "./test-support/waiting.ts";

const minuteMs = 60_000;
const idleMs = 10 * minuteMs;
let host: Awaited<ReturnType<typeof openPoolHost>>;

beforeEach(async () => {
	host = await openPoolHost();
	host.idleRestMs = idleMs;
});
afterEach(() => host.close());

async function opened(labs = host.engine()) {
	const { id } = await labs.start(slug, 1);
	const before = await live(labs, id);
	return { labs, id, before };
}

async function rested() {
	const lab = await opened();
	host.now += idleMs;
	await tidy(lab.labs);
	await inState(lab.labs, lab.id, "resting");
	return lab;
}

/** The same, and all that it has begun is over: nothing here waits for anything but for a turn of the event loop. */
async function tidied(labs: LabService): Promise<void> {
	await tidy(labs);
	await turn();
}

/** So much time passes while the engine runs. */
async function passes(labs: LabService, ms: number): Promise<void> {
	for (let left = ms; left > 0; left -= 20 * minuteMs) {
		host.now += Math.min(left, 20 * minuteMs);
		await tidied(labs);
	}
}

const isFrozen = (id: string) => host.world.labs.get(id)?.frozen;

describe("a lab that nobody uses", () => {
	test("rests: frozen, with all that was known of it", async () => {
		const { labs, id, before } = await rested();
		expect(isFrozen(id)).toBe(true);
		expect(await labs.get(id)).toMatchObject({
			...{ objectives: before.objectives, expiresAt: before.expiresAt },
			resting: { since: host.now, keptUntil: host.now + keptRestingMs },
		});
	});

	test("does not rest a moment before", async () => {
		const { labs, id } = await opened();
		host.now += idleMs - 1;
		await tidied(labs);
		expect(isFrozen(id)).toBe(false);
		host.now += 1;
		await tidied(labs);
		expect(isFrozen(id)).toBe(true);
	});

	test.each([
		{ idleRestMs: idleMs, rests: true },
		{ idleRestMs: null, rests: false },
	])("rests: $rests, where labs may be idle for $idleRestMs ms", async ({ idleRestMs, rests }) => {
		host.idleRestMs = idleRestMs;
		const { labs, id } = await opened();
		host.now += hourMs / 2;
		await tidied(labs);
		expect(isFrozen(id)).toBe(rests);
	});

	test("stays awake while something is under way, and an idle time after", async () => {
		const { labs, id } = await opened();
		const { promise, resolve } = Promise.withResolvers<void>();
		host.world.onExec = async () => {
			await promise;
			return { exitCode: 0, stdout: "late", stderr: "" };
		};
		const running = labs.exec(id, ["slow"], { timeoutMs: 1 });
		host.now += 4 * idleMs;
		await tidied(labs);
		expect(isFrozen(id)).toBe(false);
		resolve();
		expect((await running).stdout).toBe("late");
		host.now += idleMs - 1;
		await tidied(labs);
		expect(isFrozen(id)).toBe(false);
		host.now += 1;
		await tidied(labs);
		expect(isFrozen(id)).toBe(true);
	});

	test("that prints to somebody's screen is used, but not for ever", async () => {
		const { labs, id } = await opened();
		for (let round = 0; round < 4; round += 1) {
			host.now += idleMs / 2;
			labs.noteTerminal(id, "shown");
		}
		await tidied(labs);
		expect(isFrozen(id)).toBe(false);
		host.now += idleMs;
		labs.noteTerminal(id, "shown");
		await tidied(labs);
		expect(isFrozen(id)).toBe(true);
	});

	test("that can't be frozen goes on", async () => {
		const { labs, id } = await opened();
		host.world.onFreeze = async () => {
			host.world.onFreeze = undefined;
			throw new Error("unable to freeze");
		};
		host.now += idleMs;
		await tidy(labs);
		await expect.poll(() => host.world.calls.at(-1)).toBe(`thaw ${id}`);
		expect((await labs.exec(id, ["true"], { timeoutMs: 1 })).exitCode).toBe(0);
		expect((await labs.get(id)).state).toBe("active");
	});

	test("that was solved rests too, and wakes as solved", async () => {
		const { labs, id } = await opened();
		await host.store.transition(id, "active", "solved", { solvedAt: host.now });
		host.now += idleMs;
		await tidy(labs);
		expect((await inState(labs, id, "resting")).solvedAt).not.toBeNull();
		expect((await labs.scenarios()).find((entry) => entry.slug === slug)?.progress).toBe("solved");
		expect((await labs.wake(id)).state).toBe("solved");
	});
});

describe("a lab at rest", () => {
	test("wakes at a key; its time stood still", async () => {
		const { labs, id, before } = await rested();
		host.now += 5 * hourMs;
		await tidy(labs);
		labs.noteTerminal(id, "typed");
		const awake = await inState(labs, id, "active");
		expect(isFrozen(id)).toBe(false);
		expect(awake.resting).toBeNull();
		expect(awake.expiresAt).toBe((before.expiresAt ?? 0) + 5 * hourMs);
		expect(awake.readyAt).toBe((before.readyAt ?? 0) + 5 * hourMs);
		await tidied(labs);
		expect(isFrozen(id)).toBe(false);
		host.now += idleMs;
		await tidied(labs);
		expect(isFrozen(id)).toBe(true);
	});

	test("wakes for a page that opens its terminal, and not for output that comes late", async () => {
		const { labs, id } = await rested();
		labs.noteTerminal(id, "shown");
		await turn();
		expect(isFrozen(id)).toBe(true);
		labs.noteTerminal(id, "opened");
		await turn();
		expect(isFrozen(id)).toBe(false);
	});

	test("wakes once for all who ask at the same time", async () => {
		const { labs, id } = await rested();
		host.world.calls.length = 0;
		labs.noteTerminal(id, "typed");
		const run = () => labs.exec(id, ["true"], { timeoutMs: 1 });
		expect((await Promise.all([run(), run(), labs.extend(id)])).length).toBe(3);
		await turn();
		expect(host.world.calls.filter((call) => call.startsWith("thaw"))).toEqual([`thaw ${id}`]);
	});

	test("wakes for the check, which finds its grader there", async () => {
		const { labs, id } = await rested();
		await expect(labs.grade(id)).rejects.toThrow("nobody checks here");
		expect((await labs.get(id)).state).toBe("active");
	});

	test("is awake for whoever came back while it was being frozen", async () => {
		const { labs, id } = await opened();
		host.world.onFreeze = async () => {
			host.world.onFreeze = undefined;
			labs.noteTerminal(id, "typed");
		};
		host.now += idleMs;
		await tidy(labs);
		await expect.poll(() => host.world.calls.at(-1)).toBe(`thaw ${id}`);
		await labs.wake(id);
		await turn();
		expect(isFrozen(id)).toBe(false);
		expect((await labs.get(id)).state).toBe("active");
	});

	test("stays frozen when its engine is killed, and wakes under the next; its shells wait for it", async () => {
		const { id, before } = await rested();
		// As a wake leaves it that the engine's end has cut short.
		const lab = host.world.labs.get(id);
		if (lab) lab.frozen = false;
		const next = host.engine();
		await next.reconcile();
		await expect.poll(() => isFrozen(id)).toBe(true);
		let found = false;
		const shells = next.environmentOf(id).finally(() => {
			found = true;
		});
		await turn();
		expect({ found, frozen: isFrozen(id) }).toEqual({ found: false, frozen: true });
		host.now += hourMs;
		next.noteTerminal(id, "typed");
		expect((await shells)?.labId).toBe(id);
		expect(await live(next, id)).toMatchObject({ state: "active", expiresAt: (before.expiresAt ?? 0) + hourMs });
	});

	test("wakes under an engine that has not looked around yet", async () => {
		const { id } = await rested();
		const next = host.engine();
		expect((await next.exec(id, ["true"], { timeoutMs: 1 })).exitCode).toBe(0);
		await next.reconcile();
		expect(await live(next, id)).toMatchObject({ state: "active", resting: null });
		await turn();
		expect(isFrozen(id)).toBe(false);
	});

	test("wakes under an engine that looks around meanwhile, and does not keep anybody waiting", async () => {
		const { id } = await rested();
		const next = host.engine();
		const waits = next.exec(id, ["true"], { timeoutMs: 1 });
		await next.reconcile();
		expect((await waits).exitCode).toBe(0);
		expect(await live(next, id)).toMatchObject({ state: "active", resting: null });
		await turn();
		expect(isFrozen(id)).toBe(false);
	});

	test("that is gone from the host says so when it is to wake", async () => {
		const { labs, id } = await rested();
		host.world.labs.delete(id);
		await expect(labs.exec(id, ["true"], { timeoutMs: 1 })).rejects.toMatchObject({ code: "lab-over" });
		expect((await inState(labs, id, "failed")).failure?.code).toBe("lab-lost");
	});

	test("can be reset and ended", async () => {
		const { labs, id } = await rested();
		await labs.reset(id);
		expect(await until(labs, id, (lab) => lab.state === "active" && lab.objectives.length > 0)).toMatchObject({ resting: null });
		host.now += idleMs;
		await tidy(labs);
		await inState(labs, id, "resting");
		await labs.stop(id);
		await inState(labs, id, "destroyed");
		expect(host.world.labs.size).toBe(0);
	});

	test("is taken back when nobody comes", async () => {
		const { labs, id } = await rested();
		await passes(labs, keptRestingMs - 1);
		expect((await labs.get(id)).state).toBe("resting");
		expect(isFrozen(id)).toBe(true);
		await passes(labs, 1);
		await inState(labs, id, "destroyed");
		expect(host.world.labs.size).toBe(0);
	});

	test("is kept as long as before after a weekend without an engine, and then taken back", async () => {
		const { labs, id, before } = await rested();
		await passes(labs, hourMs);
		await labs.close({ destroy: false });
		host.now += 64 * hourMs;
		const next = host.engine();
		await next.reconcile();
		await tidied(next);
		const { resting, expiresAt } = await next.get(id);
		expect(resting?.keptUntil).toBe(host.now + keptRestingMs - hourMs);
		expect(expiresAt).toBe((before.expiresAt ?? 0) + 64 * hourMs);
		await passes(next, keptRestingMs - hourMs);
		await inState(next, id, "destroyed");
	});

	test("wakes with the time that it had although its host has slept", async () => {
		const { labs, id, before } = await rested();
		host.now += 2 * keptRestingMs;
		await tidied(labs);
		host.now += hourMs / 4;
		labs.noteTerminal(id, "typed");
		const restedMs = 2 * keptRestingMs + hourMs / 4;
		expect(await inState(labs, id, "active")).toMatchObject({
			...{ expiresAt: (before.expiresAt ?? 0) + restedMs, readyAt: (before.readyAt ?? 0) + restedMs },
		});
	});
});
