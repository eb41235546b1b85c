#!/usr/bin/env node
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tell } from "./host/fault.mjs";
import { prepare } from "./host/prepare.mjs";
import { runAll } from "./suite/all.mjs";
import { lastLine, sum } from "./suite/counts.mjs";
import { instanceEnv, makeInstance, removeInstance } from "./suite/instance.mjs";

// npm test: everything, against an instance of its own. Whatever happens, its last line says how many passed and failed.

/** Less than any machine's own limit for a run of all tests, so that there is time left to clean up. */
const overallMs = 80 * 60_000;

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => ending.abort());
const timer = setTimeout(() => {
	process.stdout.write(`\nThe tests took longer than ${overallMs / 60_000} min: ending them.\n`);
	ending.abort();
}, overallMs);

let failedOutside = 0;
const instance = await makeInstance();
const resultsFile = join(instance.scratch, "results.ndjson");
try {
	const { node, env } = await prepare();
	await runAll({ node, env: instanceEnv(instance, env), scratch: instance.scratch, resultsFile, signal: ending.signal });
	if (ending.signal.aborted) failedOutside += 1;
} catch (error) {
	tell(error);
	failedOutside += 1;
}
clearTimeout(timer);
const lines = existsSync(resultsFile) ? readFileSync(resultsFile, "utf8").trim().split("\n").filter(Boolean) : [];
const counts = sum([...lines.map((line) => JSON.parse(line)), { passed: 0, failed: failedOutside }]);
try {
	const left = await removeInstance(instance);
	if (left.length > 0) process.stdout.write(`Docker objects of this run were still there and have been removed: ${left.join(", ")}\n`);
	counts.failed += left.length > 0 && !ending.signal.aborted && counts.failed === 0 ? 1 : 0;
} catch (error) {
	tell(error);
	counts.failed += 1;
}
// A count of nothing has proved nothing.
if (counts.passed + counts.failed === 0) counts.failed = 1;
process.stdout.write(`\n${lastLine(counts)}\n`, () => process.exit(counts.failed > 0 ? 1 : 0));
