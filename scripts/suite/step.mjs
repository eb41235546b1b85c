import { spawn } from "node:child_process";

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} file
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} env
 * @property {string} cwd
 * @property {number} deadlineMs
 * @property {(code: number, stdout: string) => import("./counts.mjs").Counts} count
 * @property {"live" | "at-end" | "on-failure"} show when its output is printed
 */

/** How long a program that was asked to end may clean up. */
const graceMs = 10_000;

/**
 * Runs a step to its end, its deadline or the signal, and prints how it came out. Its processes are a group, so that none survives it.
 * @param {Step} step @param {AbortSignal} signal
 * @returns {Promise<{name: string, passed: number, failed: number}>}
 */
export async function runStep(step, signal) {
	if (signal.aborted) return { name: step.name, passed: 0, failed: 1 };
	const startedAt = Date.now();
	const { code, output, stdout, why } = await runGroup(step, signal);
	const counts = step.count(code, stdout);
	const failed = code !== 0 || counts.failed > 0;
	if (step.show === "at-end" || (step.show === "on-failure" && failed)) process.stdout.write(`\n--- ${step.name}\n${output.trimEnd()}\n`);
	const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
	const numbers = counts.passed + counts.failed === 1 ? "" : `: ${counts.passed} passed, ${counts.failed} failed`;
	process.stdout.write(`${failed ? "✗" : "✓"} ${step.name}${numbers} (${seconds} s)${why ? `, ${why}` : ""}\n`);
	return { name: step.name, ...counts };
}

/** @param {Step} step @param {AbortSignal} signal */
function runGroup(step, signal) {
	const live = step.show === "live";
	if (live) process.stdout.write(`\n--- ${step.name}\n`);
	const child = spawn(step.file, step.args, { cwd: step.cwd, env: step.env, stdio: ["ignore", "pipe", "pipe"], detached: true });
	let output = "";
	let stdout = "";
	let why = "";
	child.stdout.setEncoding("utf8").on("data", (text) => {
		stdout += text;
		output += text;
		if (live) process.stdout.write(text);
	});
	child.stderr.setEncoding("utf8").on("data", (text) => {
		output += text;
		if (live) process.stderr.write(text);
	});
	const end = (reason) => {
		why ||= reason;
		sendGroup(child.pid, "SIGTERM");
		setTimeout(() => sendGroup(child.pid, "SIGKILL"), graceMs).unref();
	};
	const timer = setTimeout(() => end(`cut off after ${step.deadlineMs / 60_000} min`), step.deadlineMs);
	const onAbort = () => end("interrupted");
	if (signal.aborted) onAbort();
	signal.addEventListener("abort", onAbort, { once: true });
	return new Promise((resolve) => {
		const finish = (code) => {
			clearTimeout(timer);
			signal.removeEventListener("abort", onAbort);
			sendGroup(child.pid, "SIGKILL");
			resolve({ code: why ? code || 1 : code, output, stdout, why });
		};
		child.once("error", (error) => {
			output += error.message;
			finish(127);
		});
		child.once("exit", (code) => {
			// What it has left running may hold the streams open: their group ends with it.
			sendGroup(child.pid, "SIGKILL");
			child.once("close", () => finish(code ?? 137));
		});
	});
}

/** @param {number | undefined} pid @param {NodeJS.Signals} signal */
function sendGroup(pid, signal) {
	if (pid === undefined) return;
	try {
		process.kill(-pid, signal);
	} catch (error) {
		if (error.code !== "ESRCH") throw error;
	}
}
