import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keptRestingMs } from "./rest.ts";
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

	test("does not rest before, nor where labs never do", async () => {
		const { labs, id } = await opened();
		host.now += idleMs - 1;
		await tidy(labs);
		expect((await labs.get(id)).state).toBe("active");
		host.idleRestMs = null;
		const never = await opened();
		host.now += hourMs / 2;
		await tidy(never.labs);
		expect((await never.labs.get(never.id)).state).toBe("active");
	});

	test("stays awake while something is under way, and an idle time after", async () => {
		const { labs, id } = await opened();
		const { promise, resolve } = Promise.withResolvers<void>();
		host.world.onExec = async () => {
			await promise;
			return { exitCode: 0, stdout: "late", stderr: "" };
		};
		const running = labs.exec(id, ["slow"], { timeoutMs: 1 });
		host.now += 5 * idleMs;
		await tidy(labs);
		expect((await labs.get(id)).state).toBe("active");
		resolve();
		expect((await running).stdout).toBe("late");
		host.now += idleMs - 1;
		await tidy(labs);
		expect((await labs.get(id)).state).toBe("active");
	});

	test("that prints to somebody's screen is used, but not for ever", async () => {
		const { labs, id } = await opened();
		for (let round = 0; round < 4; round += 1) {
			host.now += idleMs / 2;
			labs.noteTerminal(id, "shown");
		}
		await tidy(labs);
		expect((await labs.get(id)).state).toBe("active");
		host.now += idleMs;
		labs.noteTerminal(id, "shown");
		await tidy(labs);
		await inState(labs, id, "resting");
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
		await tidy(labs);
		expect((await labs.get(id)).state).toBe("active");
	});

	test("wakes for a page that opens its terminal, and not for output that comes late", async () => {
		const { labs, id } = await rested();
		labs.noteTerminal(id, "shown");
		expect((await labs.get(id)).state).toBe("resting");
		labs.noteTerminal(id, "opened");
		await inState(labs, id, "active");
	});

	test("wakes once for all who ask at the same time", async () => {
		const { labs, id } = await rested();
		host.world.calls.length = 0;
		labs.noteTerminal(id, "typed");
		const run = () => labs.exec(id, ["true"], { timeoutMs: 1 });
		expect((await Promise.all([run(), run(), labs.extend(id)])).length).toBe(3);
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
		const shells = next.environmentOf(id);
		expect((await next.get(id)).state).toBe("resting");
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
		expect(isFrozen(id)).toBe(false);
	});

	test("wakes under an engine that looks around meanwhile, and does not keep anybody waiting", async () => {
		const { id } = await rested();
		const next = host.engine();
		const waits = next.exec(id, ["true"], { timeoutMs: 1 });
		await next.reconcile();
		expect((await waits).exitCode).toBe(0);
		expect(await live(next, id)).toMatchObject({ state: "active", resting: null });
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
		host.now += keptRestingMs - 1;
		await tidy(labs);
		expect((await labs.get(id)).state).toBe("resting");
		host.now += 1;
		await tidy(labs);
		await inState(labs, id, "destroyed");
		expect(host.world.labs.size).toBe(0);
	});
});
