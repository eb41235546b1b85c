import { ensureNode24, withNode } from "./node24.mjs";
import { ensurePackages } from "./packages.mjs";
import { programEnv, root } from "./root.mjs";
import { run } from "./run.mjs";

/**
 * Makes what every program of Faultline needs: Node 24 and the npm packages.
 * @param {{say?: (line: string) => void, env?: NodeJS.ProcessEnv}} [options] say: default, to standard error
 * @returns {Promise<{node: string, env: NodeJS.ProcessEnv}>} the Node and the environment to run programs with
 */
export async function prepare({ say = (line) => process.stderr.write(`  … ${line}\n`), env = process.env } = {}) {
	const node = await ensureNode24(say);
	await ensurePackages(node, say);
	return { node, env: withNode(node, programEnv(env)) };
}

/**
 * Prepares, and runs one of Faultline's TypeScript programs on this terminal.
 * @param {string} entry relative to the checkout
 * @param {string[]} args
 * @param {{cwd?: string}} [options]
 * @returns {Promise<number>} its exit code
 */
export async function runProgram(entry, args, { cwd = root } = {}) {
	const { node, env } = await prepare();
	return run(node, [`${root}/${entry}`, ...args], { cwd, env });
}
