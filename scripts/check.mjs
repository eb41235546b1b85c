#!/usr/bin/env node
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tell } from "./host/fault.mjs";
import { prepare } from "./host/prepare.mjs";
import { checkSteps } from "./suite/check-steps.mjs";
import { lastLine, sum } from "./suite/counts.mjs";
import { runStep } from "./suite/step.mjs";

// npm run check: types, lint, import rules and unit tests, side by side.
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => interrupted.abort());
const scratch = mkdtempSync(join(tmpdir(), "faultline-check-"));
try {
	const { env } = await prepare();
	const counts = sum(await Promise.all(checkSteps({ env, scratch }).map((step) => runStep(step, interrupted.signal))));
	process.stdout.write(`\n${lastLine(counts)}\n`);
	if (counts.failed > 0) process.exitCode = 1;
} catch (error) {
	tell(error);
} finally {
	rmSync(scratch, { recursive: true, force: true });
}
