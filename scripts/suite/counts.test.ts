import { expect, test } from "vitest";
import { lastLine, ofExitCode, ofGo, ofPlaywright, ofVitest, sum, withExitCode } from "./counts.mjs";

test("the last line sums up everything", () => {
	expect(lastLine(sum([ofExitCode(0), { passed: 10, failed: 0 }, ofExitCode(2)]))).toBe("11 passed, 1 failed");
});

test("vitest: skipped and todo tests and files that do not load count as failed", () => {
	const report = {
		numPassedTests: 5,
		numFailedTests: 1,
		numPendingTests: 2,
		numTodoTests: 1,
		testResults: [
			{ status: "failed", assertionResults: [] },
			{ status: "failed", assertionResults: [{}] },
			{ status: "passed", assertionResults: [] },
		],
	};
	expect(ofVitest(JSON.stringify(report))).toEqual({ passed: 5, failed: 5 });
});

test("playwright: flaky and skipped tests count as failed", () => {
	const report = { stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 1 }, errors: [] };
	expect(ofPlaywright(JSON.stringify(report))).toEqual({ passed: 3, failed: 3 });
});

test("go: subtests are part of their test, and a package that does not compile has failed", () => {
	const lines = [
		{ Action: "pass", Package: "a", Test: "TestOne" },
		{ Action: "pass", Package: "a", Test: "TestOne/part" },
		{ Action: "skip", Package: "a", Test: "TestTwo" },
		{ Action: "fail", Package: "b", Test: "TestThree" },
		{ Action: "fail", Package: "b" },
		{ Action: "fail", Package: "c" },
	];
	expect(ofGo(`${lines.map((line) => JSON.stringify(line)).join("\n")}\nsome noise\n`)).toEqual({ passed: 1, failed: 3 });
});

test("a report that is missing, or good while the program ended badly, is one failure", () => {
	expect(withExitCode(null, 0)).toEqual({ passed: 0, failed: 1 });
	expect(withExitCode(ofVitest("no JSON"), 1)).toEqual({ passed: 0, failed: 1 });
	expect(withExitCode({ passed: 7, failed: 0 }, 1)).toEqual({ passed: 7, failed: 1 });
	expect(withExitCode({ passed: 7, failed: 2 }, 1)).toEqual({ passed: 7, failed: 2 });
});
