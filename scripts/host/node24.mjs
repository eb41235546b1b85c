import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { Fault } from "./fault.mjs";
import { withLock } from "./lock.mjs";
import { root } from "./root.mjs";
import { runQuietly } from "./run.mjs";

const neededMajor = 24;
/** Node's own builds are npm packages, headers included, without install scripts. */
const fetched = "24.21.0";

/**
 * A Node that runs Faultline: this one where it is new enough, else the one in the checkout's toolchain, fetched from
 * npm the first time.
 * @param {(line: string) => void} say
 * @returns {Promise<string>} its absolute path
 */
export async function ensureNode24(say) {
	if (Number(process.versions.node.split(".")[0]) >= neededMajor) return process.execPath;
	const name = `node-linux-${process.arch}`;
	if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
		throw new Fault(`Faultline needs Node ${neededMajor}; this is ${process.version}.`, `Install Node ${neededMajor} and run this again.`);
	}
	const file = join(root, ".toolchain", "node_modules", name, "bin", "node");
	if (existsSync(file)) return file;
	return withLock(join(root, ".toolchain", "lock"), async () => {
		if (existsSync(file)) return file;
		say(`Node ${fetched} into .toolchain (this is ${process.version})`);
		const args = ["install", "--prefix", join(root, ".toolchain"), "--ignore-scripts", "--no-save", `${name}@${fetched}`];
		const result = await runQuietly("npm", args, { cwd: join(root, ".toolchain") });
		const works = result.code === 0 && (await runQuietly(file, ["--version"])).code === 0;
		if (!works) {
			throw new Fault(
				`Node ${fetched} could not be fetched from npm: ${result.said}`,
				`Install Node ${neededMajor} yourself, then run this again.`,
			);
		}
		return file;
	});
}

/**
 * An environment in which `node` is a given one and the checkout's own programs are found.
 * @param {string} node absolute path
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function withNode(node, env) {
	return { ...env, PATH: [dirname(node), join(root, "node_modules", ".bin"), env.PATH].filter(Boolean).join(delimiter) };
}
