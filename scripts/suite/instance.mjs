import { randomInt } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../host/root.mjs";
import { runQuietly } from "../host/run.mjs";

/**
 * An instance of Faultline for one run of the tests: nothing of it is shared with an `npm start` beside it but the build cache.
 * @typedef {{id: string, scratch: string, dataDir: string, nextDir: string, port: number}} TestInstance
 */

/** @returns {Promise<TestInstance>} */
export async function makeInstance() {
	const id = newId();
	const scratch = mkdtempSync(join(tmpdir(), "faultline-test-"));
	const dataDir = join(scratch, "data");
	mkdirSync(dataDir, { mode: 0o700 });
	// As the engine would write it itself: known beforehand, so that everything of it can be found afterwards.
	writeFileSync(join(dataDir, "instance"), `${id}\n`, { mode: 0o600 });
	return { id, scratch, dataDir, nextDir: `.next-test-${id}`, port: await freePort() };
}

/** @param {TestInstance} instance @param {NodeJS.ProcessEnv} env @returns {NodeJS.ProcessEnv} */
export function instanceEnv(instance, env) {
	return {
		...env,
		FAULTLINE_DATA: instance.dataDir,
		FAULTLINE_NEXT_DIR: instance.nextDir,
		FAULTLINE_HOST: "127.0.0.1",
		FAULTLINE_PORT: String(instance.port),
		/** For integration tests that make labs without an engine. */
		FAULTLINE_INSTANCE: instance.id,
		// What a test does not ask for would take the processors from what it does.
		FAULTLINE_POOL: "off",
		FAULTLINE_CLONES: "off",
	};
}

/**
 * Ends every process and removes every Docker object and folder of the instance.
 * @param {TestInstance} instance
 * @returns {Promise<string[]>} the Docker objects that there still were
 */
export async function removeInstance(instance) {
	endProcesses(instance.dataDir);
	const left = await removeDockerObjects(instance.id);
	rmSync(instance.scratch, { recursive: true, force: true });
	rmSync(join(root, instance.nextDir), { recursive: true, force: true });
	return left;
}

/** @param {string} dataDir */
function endProcesses(dataDir) {
	const records = ["supervisor.json", "later.json"].map((name) => readText(join(dataDir, name))).filter((text) => text !== "");
	const processes = records.map((text) => JSON.parse(text)).flatMap((record) => [record, ...Object.values(record.children ?? {})]);
	for (const { pid, startTime } of processes) {
		// Field 22 of stat, as set-up records it: the same process, not another one with its number.
		const stat = readText(`/proc/${pid}/stat`);
		if (stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] === startTime) process.kill(pid, "SIGKILL");
	}
}

/** @param {string} id */
async function removeDockerObjects(id) {
	const prefix = `fl-${id}-`;
	const left = [];
	for (const [list, remove] of [
		[
			["ps", "--all"],
			["rm", "--force", "--volumes"],
		],
		[
			["network", "ls"],
			["network", "rm"],
		],
		[
			["volume", "ls"],
			["volume", "rm", "--force"],
		],
	]) {
		const name = list[0] === "ps" ? "{{.Names}}" : "{{.Name}}";
		const found = new Set();
		for (const filter of [`label=dev.faultline.instance=${id}`, `name=${prefix}`]) {
			const { code, said } = await runQuietly("docker", [...list, "--filter", filter, "--format", name]);
			if (code === 0) for (const one of said.split("\n").filter(Boolean)) found.add(one);
		}
		if (found.size === 0) continue;
		left.push(...found);
		await runQuietly("docker", [...remove, ...found]);
	}
	return left;
}

/** As lib/core/ids.ts makes them: a letter, then seven letters or digits. */
function newId() {
	const letters = "abcdefghijklmnopqrstuvwxyz";
	const all = `${letters}0123456789`;
	return Array.from({ length: 8 }, (_, at) => (at === 0 ? letters[randomInt(26)] : all[randomInt(36)])).join("");
}

/**
 * A port that nobody listens on, below those that Linux gives to outgoing connections (from 32768) and Kubernetes to node
 * ports (from 30000): it is used half an hour later, and must still be free then.
 * @returns {Promise<number>}
 */
async function freePort() {
	for (;;) {
		const port = randomInt(20_000, 30_000);
		if (await isFree(port)) return port;
	}
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", (error) => (/** @type {NodeJS.ErrnoException} */ (error).code === "EADDRINUSE" ? resolve(false) : reject(error)));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}

/** @param {string} file */
function readText(file) {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return "";
	}
}
