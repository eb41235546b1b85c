import { expect, test } from "vitest";
import { createProgress } from "./progress.ts";

function scene(isTTY: boolean) {
	const written: string[] = [];
	const time = { now: 0 };
	const progress = createProgress({
		target: { isTTY, columns: 60, write: (text) => written.push(text) },
		clock: { now: () => time.now, sleep: async () => {} },
		timings: { images: [240_000] },
	});
	return { written, time, progress };
}

test("without a terminal a long stage is told again every half minute, with its estimate", () => {
	const { written, time, progress } = scene(false);
	progress.report({ type: "start", stage: "images" });
	time.now = 29_000;
	progress.tick();
	expect(written).toEqual([]);
	time.now = 30_000;
	progress.tick();
	progress.tick();
	expect(written).toEqual(["  … images: (30 s, usually 4 min)\n"]);
});

test("without a terminal nothing is redrawn", () => {
	const { written, progress } = scene(false);
	progress.report({ type: "start", stage: "images" });
	progress.report({ type: "say", stage: "images", line: "compiling" });
	progress.report({ type: "end", stage: "images", outcome: "made", durationMs: 65_000 });
	expect(written.join("")).toBe("  … images: compiling\n  ✓ images (1 min 5 s)\n");
});

test("on a terminal the lines of running stages give way to what ended", () => {
	const { written, progress } = scene(true);
	progress.report({ type: "start", stage: "images" });
	progress.report({ type: "end", stage: "images", outcome: "failed", durationMs: 1000 });
	expect(written).toEqual(["  … images: (0.0 s)\n", "\u001b[1A\u001b[J", "  ✗ images (1.0 s, failed)\n"]);
});
