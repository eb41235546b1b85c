import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../host/root.mjs";
import { ofExitCode, ofVitest, withExitCode } from "./counts.mjs";

const minutes = 60_000;
const bin = (name) => join(root, "node_modules", ".bin", name);
/** What the import rules are about; the rest of the checkout holds no modules of ours. */
const rooms = ["app", "bin", "cli", "lib", "scripts", "server", "e2e", "bench"];

/**
 * The steps of `npm run check`: each can run beside the others.
 * @param {{env: NodeJS.ProcessEnv, scratch: string}} options scratch: a folder for reports
 * @returns {import("./step.mjs").Step[]}
 */
export function checkSteps({ env, scratch }) {
	const common = {
		env: { ...env, NO_COLOR: "1" },
		cwd: root,
		// Against hanging: at a load of 30 on two cores the unit tests took six minutes instead of one.
		deadlineMs: 20 * minutes,
		count: ofExitCode,
		show: /** @type {const} */ ("on-failure"),
	};
	// Every scenario and seed has a proof of what it is now, and of what judges it now; from the first whole `npm run prove` on.
	const proofs = { ...common, name: "proofs", file: "node", args: [join(root, "scripts/prove/prove.ts"), "--check"] };
	const present = rooms.filter((room) => existsSync(join(root, room)));
	return [
		{ ...common, name: "types", file: bin("tsc"), args: ["-p", "."] },
		{ ...common, name: "lint", file: bin("biome"), args: ["check", "--error-on-warnings", "--no-errors-on-unmatched", "."] },
		{ ...common, name: "import rules", file: bin("depcruise"), args: ["--config", ".dependency-cruiser.cjs", ...present] },
		...(existsSync(join(root, "scenarios/proofs.json")) ? [proofs] : []),
		vitest({ ...common, project: "unit", scratch }),
	];
}

/**
 * A project of vitest as a step that counts its tests.
 * @param {Omit<import("./step.mjs").Step, "name" | "file" | "args"> & {project: string, scratch: string}} options
 * @returns {import("./step.mjs").Step}
 */
export function vitest({ project, scratch, ...step }) {
	const report = join(scratch, `${project}.json`);
	return {
		...step,
		name: `${project} tests`,
		file: bin("vitest"),
		args: ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
		count: (code) => withExitCode(ofVitest(readReport(report)), code),
	};
}

/** @param {string} file */
export function readReport(file) {
	return existsSync(file) ? readFileSync(file, "utf8") : "";
}
