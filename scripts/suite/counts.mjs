/**
 * How many tests passed and failed. A test that was skipped has shown nothing: it counts as failed.
 * @typedef {{passed: number, failed: number}} Counts
 */

/** @param {Counts[]} all @returns {Counts} */
export function sum(all) {
	return all.reduce((total, one) => ({ passed: total.passed + one.passed, failed: total.failed + one.failed }), { passed: 0, failed: 0 });
}

/**
 * The line that `npm test` ends with.
 * @param {Counts} counts
 */
export function lastLine({ passed, failed }) {
	return `${passed} passed, ${failed} failed`;
}

/**
 * A program that is one test by itself.
 * @param {number} code its exit code
 * @returns {Counts}
 */
export function ofExitCode(code) {
	return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * A program that counts its tests: where it ended badly, at least one has failed, whatever its report says.
 * @param {Counts | null} reported null where there is no report that can be read
 * @param {number} code @returns {Counts}
 */
export function withExitCode(reported, code) {
	if (reported === null) return { passed: 0, failed: 1 };
	return code === 0 || reported.failed > 0 ? reported : { passed: reported.passed, failed: 1 };
}

/**
 * Vitest's report (`--reporter=json`).
 * @param {string} text @returns {Counts | null}
 */
export function ofVitest(text) {
	const report = parse(text);
	if (typeof report?.numPassedTests !== "number") return null;
	const skipped = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
	// A file that could not be loaded has no tests and is a failed suite.
	const unloaded = (report.testResults ?? []).filter(
		(file) => file.status === "failed" && (file.assertionResults ?? []).length === 0,
	).length;
	return { passed: report.numPassedTests, failed: report.numFailedTests + skipped + unloaded };
}

/**
 * Playwright's report (`--reporter=json`). A test that passed only when repeated has failed.
 * @param {string} text @returns {Counts | null}
 */
export function ofPlaywright(text) {
	const report = parse(text);
	if (typeof report?.stats?.expected !== "number") return null;
	const { expected, unexpected, flaky, skipped } = report.stats;
	return { passed: expected, failed: unexpected + flaky + skipped + (report.errors?.length ?? 0) };
}

/**
 * The lines of `go test -json`: tests without their subtests, and packages that failed without one (they did not compile).
 * @param {string} text @returns {Counts | null}
 */
export function ofGo(text) {
	const events = text.split("\n").map(parse).filter(Boolean);
	if (events.length === 0) return null;
	const tests = events.filter((event) => event.Test && !event.Test.includes("/"));
	const failedPackages = new Set(tests.filter((event) => event.Action === "fail").map((event) => event.Package));
	const broken = events.filter((event) => !event.Test && event.Action === "fail" && event.Package && !failedPackages.has(event.Package));
	return {
		passed: tests.filter((event) => event.Action === "pass").length,
		failed: tests.filter((event) => event.Action === "fail" || event.Action === "skip").length + broken.length,
	};
}

/** @param {string} text */
function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
