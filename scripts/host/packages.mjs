import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "./fault.mjs";
import { withLock } from "./lock.mjs";
import { withNode } from "./node24.mjs";
import { root } from "./root.mjs";
import { runQuietly } from "./run.mjs";

const modules = join(root, "node_modules");
const stampFile = join(modules, ".faultline-install.json");

/**
 * Installs the packages of package-lock.json where the last installation was of another one or for another Node.
 * @param {string} node the Node that they are for
 * @param {(line: string) => void} say
 */
export async function ensurePackages(node, say) {
	const lock = readFileSync(join(root, "package-lock.json"), "utf8");
	const wanted = JSON.stringify({ lock: createHash("sha256").update(lock).digest("hex"), abi: await abiOf(node), arch: process.arch });
	if (readText(stampFile) === wanted) return;
	await withLock(join(root, ".toolchain", "packages-lock"), async () => {
		if (readText(stampFile) === wanted) return;
		if (!(isInstalled(JSON.parse(lock)) && (await nativeModulesLoad(node)))) {
			say("npm packages");
			const result = await runQuietly("npm", ["ci"], { cwd: root, env: withNode(node, { ...process.env, NODE_ENV: "development" }) });
			if (result.code !== 0) throw new Fault(`npm ci failed: ${result.said.slice(-1500)}`, "npm ci shows all of it.");
		}
		linkOwnProgram();
		writeFileSync(`${stampFile}.new`, wanted);
		renameSync(`${stampFile}.new`, stampFile);
	});
}

/**
 * Whether npm's own record of what lies in node_modules agrees with the lock file; somebody may have run npm ci.
 * @param {{packages: Record<string, {version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, link?: boolean}>}} lock
 */
function isInstalled(lock) {
	const installed = JSON.parse(readText(join(modules, ".package-lock.json")) ?? '{"packages":{}}').packages;
	return Object.entries(lock.packages).every(([path, wanted]) => {
		if (path === "") return true;
		const found = installed[path];
		return found
			? found.version === wanted.version && found.integrity === wanted.integrity
			: Boolean(wanted.optional || wanted.devOptional);
	});
}

/** A package compiled for another Node crashes or refuses to load: try those that have native code. */
async function nativeModulesLoad(node) {
	const trial = 'new (require("better-sqlite3"))(":memory:").close(); require("node-pty")';
	return (await runQuietly(node, ["-e", trial], { cwd: root })).code === 0;
}

/** `npx faultline` finds a program in node_modules/.bin at once, without making a copy of the package elsewhere. */
function linkOwnProgram() {
	mkdirSync(join(modules, ".bin"), { recursive: true });
	try {
		symlinkSync("../../bin/faultline.mjs", join(modules, ".bin", "faultline"));
	} catch (error) {
		if (error.code !== "EEXIST") throw error;
	}
}

/** @param {string} node */
async function abiOf(node) {
	if (node === process.execPath) return process.versions.modules;
	return (await runQuietly(node, ["-p", "process.versions.modules"])).said;
}

/** @param {string} file */
function readText(file) {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return null;
	}
}
