import { spawn } from "node:child_process";

/**
 * Runs a program on this terminal to its end and passes on the signals that this process gets.
 * @param {string} file
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, stdio?: import("node:child_process").StdioOptions}} [options]
 * @returns {Promise<number>} its exit code; 128 and the signal's number where a signal ended it
 */
export async function run(file, args, options = {}) {
	const child = spawn(file, args, { stdio: "inherit", ...options });
	const pass = (signal) => {
		// Ctrl-C reaches every process of the terminal by itself.
		if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
	};
	const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
	for (const signal of signals) process.on(signal, pass);
	try {
		return await new Promise((resolve, reject) => {
			child.once("error", reject);
			child.once("exit", (code, signal) => resolve(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0)));
		});
	} finally {
		for (const signal of signals) process.off(signal, pass);
	}
}

/**
 * Runs a program to its end without showing what it says.
 * @param {string} file
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<{code: number, said: string}>} said: the end of both streams
 */
export async function runQuietly(file, args, options = {}) {
	const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
	let said = "";
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding("utf8").on("data", (text) => {
			said = (said + text).slice(-8000);
		});
	}
	return new Promise((resolve) => {
		child.once("error", (error) => resolve({ code: 127, said: error.message }));
		child.once("close", (code) => resolve({ code: code ?? 137, said: said.trim() }));
	});
}
