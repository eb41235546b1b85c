import fc from "fast-check";
import { expect, test } from "vitest";
import { type LabState, labState } from "../protocol/lab.ts";
import type { LabRecord } from "./lab-store.ts";
import { planReconcile } from "./reconcile.ts";

const record = (id: string, state: LabState, pooled = false) => ({ id, environmentId: id, state, pooled }) as LabRecord;

test("a usable lab that is still there is taken up, one that is gone is lost", () => {
	const plan = planReconcile([record("a", "active"), record("b", "solved"), record("c", "active")], ["a", "b"]);
	expect(plan).toMatchObject({ adopt: ["a", "b"], lost: ["c"] });
});

test("a half-made lab goes on, whether or not anything of it exists", () => {
	expect(planReconcile([record("a", "requested"), record("b", "provisioning"), record("c", "healthy")], ["b"]).resume).toEqual([
		"a",
		"b",
		"c",
	]);
});

test("a removal that was cut short is finished, and parts of a failed lab are removed", () => {
	const plan = planReconcile(
		[record("a", "abandoned"), record("b", "destroying"), record("c", "failed"), record("d", "destroyed")],
		["c", "d"],
	);
	expect(plan.retire).toEqual(["a", "b", "c", "d"]);
});

test("a lab at rest in the pool stays as it is, one that is gone is forgotten, and one that has a learner goes on to wake", () => {
	const plan = planReconcile([record("a", "frozen", true), record("b", "frozen", true), record("c", "frozen")], ["a", "c"]);
	expect(plan).toEqual({ adopt: [], resume: ["c"], retire: [], resting: [], lost: [], spoilt: ["b"], stray: [] });
});

test("a lab whose place a spare has taken is told by the spare's parts, and its own are strays", () => {
	const replaced = { ...record("a", "active"), environmentId: "spare" };
	expect(planReconcile([replaced], ["spare", "a"])).toMatchObject({ adopt: ["a"], stray: ["a"] });
});

test("a lab at rest stays so, and one that is gone is lost", () => {
	expect(planReconcile([record("a", "resting"), record("b", "resting")], ["a"])).toMatchObject({ adopt: [], resting: ["a"], lost: ["b"] });
});

test("parts that no record names are strays", () => {
	expect(planReconcile([], ["x"]).stray).toEqual(["x"]);
});

test("no lab stands in two lists, and whatever is on the host stands in one", () => {
	const ids = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"));
	fc.assert(
		fc.property(ids, ids, fc.array(fc.constantFrom(...labState.options), { minLength: 6, maxLength: 6 }), (known, present, states) => {
			const plan = planReconcile(
				known.map((id, index) => record(id, states[index] ?? "active", index % 2 === 0)),
				present,
			);
			const all = Object.values(plan).flat();
			expect(new Set(all).size).toBe(all.length);
			const resting = known.filter((_, index) => states[index] === "frozen");
			expect([...all, ...resting]).toEqual(expect.arrayContaining(present));
		}),
	);
});
