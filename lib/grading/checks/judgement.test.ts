import { expect, test } from "vitest";
import type { ProbeResult } from "../../providers/provider.ts";
import { judgeSamples } from "./judgement.ts";

const result = (outcome: ProbeResult["outcome"]): ProbeResult => ({ id: "", outcome, detail: "gone", durationMs: 1 });
const judge = (outcomes: readonly ProbeResult["outcome"][]) =>
	judgeSamples({
		...{ asked: "GET http://catalog/", expected: "200", fine: "200", from: "pod front-1" },
		results: outcomes.map(result),
		observed: outcomes.map((outcome) => (outcome === "answered" ? undefined : outcome)),
	});

test("a message says what was asked from where, expected, observed and on how many samples", () => {
	expect(judge(["answered", "timeout"])).toMatchObject({
		verdict: "fail",
		message: "GET http://catalog/ from pod front-1: expected 200; observed 200 (1 of 2), timeout (1 of 2); 2 samples.",
		evidence: [{ expected: "200", from: "pod front-1", samples: 2, strip: [true, false] }],
	});
	expect(judge(["answered"]).message).toContain("; 1 sample.");
});

test("a prober that failed once, beside samples of any kind, is the grader's own error", () => {
	expect(judge(["answered", "prober-error", "answered"]).verdict).toBe("error");
	expect(judge(["timeout", "prober-error"]).verdict).toBe("error");
	expect(judge(["prober-error", "refused"]).message).toContain("Faultline's prober failed (gone)");
});
