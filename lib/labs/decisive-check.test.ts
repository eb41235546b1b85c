import { expect, test } from "vitest";
import { createLogger } from "../core/log.ts";
import type { Grader } from "../grading/grade.ts";
import { decisiveCheck } from "./decisive-check.ts";
import { createLabRuntime } from "./lab-runtime.ts";

test("a check that comes to no end is ended, says so, and leaves room for the next", async () => {
	const runtime = createLabRuntime(createLogger("test", "silent"));
	const slept: number[] = [];
	const late = Promise.withResolvers<void>();
	const endless: Pick<Grader, "decisive"> = {
		decisive: ({ signal }) =>
			new Promise((_resolve, reject) => {
				signal.addEventListener("abort", () => reject(signal.reason));
				late.resolve();
			}),
	};
	runtime.grader = endless as Grader;
	const deps = {
		clock: {
			now: () => 0,
			sleep(ms: number) {
				slept.push(ms);
				return late.promise;
			},
		},
		find: async () => ({ checks: 0 }),
		store: { update: async () => {} },
		notify: () => {},
	} as unknown as Parameters<typeof decisiveCheck>[2];
	await expect(decisiveCheck("lab1", runtime, deps)).rejects.toMatchObject({ code: "check-too-long" });
	expect(slept).toEqual([20 * 60_000]);
	expect(runtime).toMatchObject({ checking: null, grading: undefined });
});
