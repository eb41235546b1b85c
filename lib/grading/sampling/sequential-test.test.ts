import fc from "fast-check";
import { expect, test } from "vitest";
import { counted, decisionAt, decisionOf, noSamples, sequentialTest } from "./sequential-test.ts";

const plan = sequentialTest({ p0: 0.01, p1: 0.2, alpha: 0.01, beta: 0.01, most: 400 });

test("good samples alone repair where ln β / ln((1−p1)/(1−p0)) says", () => {
	// ln 0.01 / ln(0.8/0.99) = 21.6
	expect(decisionOf(plan, { samples: 21, failures: 0 })).toBeUndefined();
	expect(decisionOf(plan, { samples: 22, failures: 0 })).toBe("repaired");
});

test("failed samples alone break where ln(1/α) / ln(p1/p0) says", () => {
	// ln 100 / ln 20 = 1.54
	expect(decisionOf(plan, { samples: 1, failures: 1 })).toBeUndefined();
	expect(decisionOf(plan, { samples: 2, failures: 2 })).toBe("broken");
	// ln 500 / ln 20 = 2.07
	const strict = sequentialTest({ p0: 0.01, p1: 0.2, alpha: 0.002, beta: 0.01, most: 400 });
	expect(decisionOf(strict, { samples: 2, failures: 2 })).toBeUndefined();
	expect(decisionOf(strict, { samples: 3, failures: 3 })).toBe("broken");
});

test("a test that stops without a decision is unproven, never a pass", () => {
	// 26 failures in 400: between the two hypotheses.
	expect(decisionOf(plan, { samples: 400, failures: 27 })).toBe("unproven");
	expect(decisionOf({ ...plan, most: 10 }, { samples: 10, failures: 0 })).toBe("unproven");
});

test("the decision is expected where it comes when the rest is like what was seen", () => {
	expect(decisionAt(plan, noSamples)).toBe(22);
	expect(decisionAt(plan, { samples: 20, failures: 0 })).toBe(22);
	// One failure undoes 14 good samples: broken at the second in a row.
	expect(decisionAt(plan, { samples: 1, failures: 1 })).toBe(2);
	expect(decisionAt(plan, { samples: 20, failures: 1 })).toBe(37);
	expect(decisionAt({ ...plan, most: 30 }, { samples: 20, failures: 1 })).toBe(30);
});

test("the expected sample is exactly that of the decision, whatever was seen before", () => {
	fc.assert(
		fc.property(fc.array(fc.boolean(), { maxLength: 120 }), (outcomes) => {
			let tally = noSamples;
			for (const good of outcomes) if (decisionOf(plan, tally) === undefined) tally = counted(tally, good);
			if (decisionOf(plan, tally) !== undefined) return;
			const at = decisionAt(plan, tally);
			const ends = [true, false].map((good) => {
				let ahead = tally;
				while (decisionOf(plan, ahead) === undefined) ahead = counted(ahead, good);
				return ahead.samples;
			});
			expect(at).toBeGreaterThan(tally.samples);
			expect(ends).toContain(at);
		}),
	);
});
