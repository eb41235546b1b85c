import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../core/errors.ts";
import { openServiceHost, slug } from "./test-support/service-host.ts";
import { inState, live, until } from "./test-support/waiting.ts";

let host: Awaited<ReturnType<typeof openServiceHost>>;

beforeEach(async () => {
	host = await openServiceHost();
});
afterEach(() => host.close());

describe("bringing a lab up", () => {
	test("proves health before the fault and the fault before the learner sees it, and says each stage", async () => {
		const labs = host.engine();
		const { id, state } = await labs.start(slug, 1);
		expect(state).toBe("requested");
		const lab = await live(labs, id);
		expect(lab.state).toBe("active");
		expect(host.steps).toEqual(["baseline", "healthy", "fault", "symptom"]);
		expect(lab.stages.map((stage) => stage.name)).toContain("Starting CoreDNS");
		expect(lab.stages.every((stage) => stage.endedAt !== null)).toBe(true);
		expect(lab.expiresAt).toBe(host.now + 60 * 60_000);
		expect(host.shells).toContain(`open ${id}`);
	});

	test("a fault without its symptom is never shown: the lab fails with the step, and nothing of it stays on the host", async () => {
		const labs = host.engine();
		host.stepFailure.set("symptom", new AppError("fault-not-seen", "The objective still passes."));
		const { id } = await labs.start(slug, 1);
		const lab = await inState(labs, id, "failed");
		expect(lab.failure).toMatchObject({ code: "fault-not-seen", message: "The objective still passes." });
		await labs.close({ destroy: false });
		expect(host.world.labs.size).toBe(0);
	});

	test("a failed lab can be tried again", async () => {
		const labs = host.engine();
		host.stepFailure.set("baseline", new AppError("x", "y"));
		const { id } = await labs.start(slug, 1);
		await inState(labs, id, "failed");
		await labs.reset(id);
		expect((await live(labs, id)).failure).toBeNull();
	});

	test("ending a lab that is still starting removes what was made", async () => {
		const labs = host.engine();
		host.world.stalls.add("Creating the cluster");
		const { id } = await labs.start(slug, 1);
		await until(labs, id, (lab) => lab.stages.some((stage) => stage.name === "Creating the cluster"));
		await labs.stop(id);
		await inState(labs, id, "destroyed");
		expect(host.world.labs.size).toBe(0);
	});

	test("a host that can never hold the lab refuses at once and keeps no record", async () => {
		const labs = host.engine();
		host.world.memoryBytes = 1024;
		await expect(labs.start(slug, 1)).rejects.toMatchObject({ code: "lab-too-big", kind: "conflict" });
		expect(await labs.list()).toEqual([]);
	});
});

describe("a lab in use", () => {
	test("a passing check solves it and shows the debrief; a failing one does not", async () => {
		const labs = host.engine();
		const { id } = await labs.start(slug, 1);
		expect((await live(labs, id)).debrief).toBeNull();
		host.verdict = "fail";
		await labs.grade(id);
		expect(await labs.get(id)).toMatchObject({ state: "active", debrief: null, report: { verdict: "fail" } });
		host.verdict = "pass";
		await labs.grade(id);
		const solved = await labs.get(id);
		expect(solved.state).toBe("solved");
		expect(solved.debrief).not.toBeNull();
		expect((await labs.scenarios()).find((entry) => entry.slug === slug)).toMatchObject({ progress: "solved", bestMs: 0 });
	});

	test("hints come one tier at a time and no further than there are", async () => {
		const labs = host.engine();
		const { id, hintsTotal } = await labs.start(slug, 1);
		for (let tier = 1; tier <= hintsTotal + 1; tier += 1) {
			expect((await labs.hint(id)).hintsShown).toHaveLength(Math.min(tier, hintsTotal));
		}
	});

	test("a reset makes the same variant anew and forgets the old verdict", async () => {
		const labs = host.engine();
		const { id } = await labs.start(slug, 3);
		await live(labs, id);
		await labs.grade(id);
		await labs.reset(id);
		const lab = await live(labs, id);
		expect(lab).toMatchObject({ id, seed: 3, state: "active", report: null, solvedAt: null });
		expect(lab.stages.length).toBeGreaterThan(0);
		await labs.close({ destroy: false });
		expect([...host.world.labs.keys()], "one that was never there before").toEqual([expect.not.stringMatching(id)]);
	});

	test("a lab that is ended while it is being reset is gone in the end", async () => {
		const labs = host.engine();
		const { id } = await labs.start(slug, 1);
		await live(labs, id);
		host.world.stalls.add("Creating the cluster");
		await labs.reset(id).then(() => labs.stop(id));
		await inState(labs, id, "destroyed");
		expect(host.world.labs.size).toBe(0);
	});

	test("its time can be extended, and when it is over the lab is taken back", async () => {
		const labs = host.engine();
		const { id } = await labs.start(slug, 1);
		const before = await live(labs, id);
		const { expiresAt } = await labs.extend(id);
		expect(expiresAt).toBe((before.expiresAt ?? 0) + 30 * 60_000);
		host.now = expiresAt ?? 0;
		const ending = new AbortController();
		const reaping = labs.reap(ending.signal);
		await inState(labs, id, "destroyed");
		ending.abort();
		await reaping;
		expect(host.world.labs.size).toBe(0);
	});

	test("ending the engine freezes it; ending with destroy removes it", async () => {
		const labs = host.engine();
		const { id } = await labs.start(slug, 1);
		await live(labs, id);
		await labs.close({ destroy: false });
		expect(host.world.labs.get(id)?.frozen).toBe(true);
		await labs.close({ destroy: true });
		expect(host.world.labs.size).toBe(0);
	});

	test("what needs a ready lab says so where it is not", async () => {
		const labs = host.engine();
		host.world.stalls.add("Creating the cluster");
		const { id } = await labs.start(slug, 1);
		await expect(labs.mustBeUsable("nosuch")).rejects.toMatchObject({ code: "lab-not-found" });
		await expect(labs.exec(id, ["true"], { timeoutMs: 1 })).rejects.toMatchObject({ code: "lab-state", kind: "conflict" });
		await expect(labs.get("nope")).rejects.toMatchObject({ code: "lab-not-found", kind: "not-found" });
	});
});
