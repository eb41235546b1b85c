import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../host/root.mjs";
import { checkSteps, readReport, vitest } from "./check-steps.mjs";
import { ofExitCode, ofPlaywright, withExitCode } from "./counts.mjs";
import { goSteps } from "./go-steps.mjs";
import { startServing } from "./serving.mjs";
import { runStep } from "./step.mjs";

const minutes = 60_000;
/** Room for one lab of one node, which is granted 800 MiB (lib/core/lab-memory.ts), and not for two: so a second one has to wait. */
const roomForOneLab = "1200MiB";

/**
 * Everything that `npm test` runs, in order. What can't run because something before it failed counts as one failure, so
 * that nothing is left out silently.
 * @param {{node: string, env: NodeJS.ProcessEnv, scratch: string, resultsFile: string, signal: AbortSignal}} options
 *   resultsFile: a line of JSON for each step that ended
 */
export async function runAll({ node, env, scratch, resultsFile, signal }) {
	const note = (result) => appendFileSync(resultsFile, `${JSON.stringify(result)}\n`);
	const step = async (one) => {
		const result = await runStep(one, signal);
		note(result);
		return result.failed === 0;
	};
	const setUp = (name, entry, args, deadlineMs) => ({
		...{ name, file: node, args: [join(root, entry), ...args], env, cwd: root, deadlineMs, count: ofExitCode },
		show: /** @type {const} */ ("live"),
	});

	await Promise.all(checkSteps({ env, scratch }).map(step));
	if (!(await step(setUp("set-up", "lib/setup/start.ts", ["--set-up-only"], 55 * minutes)))) return;
	if (!(await step(setUp("packages for tests", "lib/setup/test-packages.ts", [], 10 * minutes)))) return;
	// At the lowest priority, so it goes on beside the Go tests; proofs of scenarios with an ingress need it.
	const addons = step(setUp("add-ons", "lib/setup/later.ts", ["ingress add-on"], 40 * minutes));
	for (const one of await goSteps({ env, node })) await step(one);
	await addons;
	const common = { env: { ...env, NO_COLOR: "1" }, cwd: root, show: /** @type {const} */ ("live") };
	await step(vitest({ ...common, project: "integration", scratch, deadlineMs: 60 * minutes, count: ofExitCode }));
	await endToEnd({ node, env, scratch, signal, step, note });
}

async function endToEnd({ node, env, scratch, signal, step, note }) {
	const serving = await startServing({ node, env: { ...env, FAULTLINE_MEMORY: roomForOneLab }, deadlineMs: 10 * minutes, signal });
	if (serving.address === null) {
		process.stdout.write(`✗ npm start for end-to-end tests:\n${serving.said}\n`);
		note({ name: "npm start", passed: 0, failed: 1 });
	} else {
		note({ name: "npm start", passed: 1, failed: 0 });
		const report = join(scratch, "e2e.json");
		await step({
			name: "end-to-end tests",
			file: join(root, "node_modules/.bin/playwright"),
			args: ["test"],
			env: {
				...env,
				FAULTLINE_OWNER_ADDRESS: serving.address,
				PLAYWRIGHT_JSON_OUTPUT_FILE: report,
				FAULTLINE_E2E_OUTPUT: join(scratch, "e2e"),
			},
			cwd: root,
			deadlineMs: 30 * minutes,
			count: (code) => withExitCode(ofPlaywright(readReport(report)), code),
			show: "live",
		});
	}
	const stopped = await serving.stop({ destroy: true });
	// Where it never came to serve there is nothing to stop well.
	if (serving.address !== null) {
		if (stopped.code !== 0) process.stdout.write(`✗ npm stop -- --destroy:\n${stopped.said}\n`);
		note({ name: "npm stop", ...ofExitCode(stopped.code) });
	}
}
