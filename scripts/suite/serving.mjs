import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../host/root.mjs";

/**
 * Starts Faultline as `npm start` does and waits for the address of its owner.
 * @param {{node: string, env: NodeJS.ProcessEnv, deadlineMs: number, signal: AbortSignal}} options
 * @returns {Promise<{address: string | null, said: string, stop: (options: {destroy: boolean}) => Promise<{code: number, said: string}>}>}
 *   address: null where it did not come to serve
 */
export async function startServing({ node, env, deadlineMs, signal }) {
	const child = spawn(node, [join(root, "lib/setup/start.ts")], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
	let said = "";
	const exited = new Promise((resolve) => child.once("exit", resolve));
	const address = await new Promise((resolve) => {
		const timer = setTimeout(() => resolve(null), deadlineMs);
		const look = (text) => {
			said = (said + text).slice(-20_000);
			const found = /http:\/\/\S+\/owner\?token=\S+/.exec(said);
			if (found) resolve(found[0]);
		};
		child.stdout.setEncoding("utf8").on("data", look);
		child.stderr.setEncoding("utf8").on("data", look);
		signal.addEventListener("abort", () => resolve(null), { once: true });
		exited.then(() => {
			clearTimeout(timer);
			resolve(null);
		});
	});
	return {
		address,
		said,
		async stop({ destroy }) {
			if (signal.aborted) {
				// In a hurry: what is left of it is removed by the labels of its instance.
				child.kill("SIGKILL");
				await exited;
				return { code: 1, said: "interrupted" };
			}
			const args = [join(root, "lib/setup/stop.ts"), "--keep-docker", ...(destroy ? ["--destroy"] : [])];
			const stopping = spawn(node, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
			let output = "";
			for (const stream of [stopping.stdout, stopping.stderr]) {
				stream.setEncoding("utf8").on("data", (text) => {
					output += text;
				});
			}
			const code = await new Promise((resolve) => stopping.once("close", (value) => resolve(value ?? 137)));
			if (code !== 0) child.kill("SIGKILL");
			await exited;
			return { code, said: output };
		},
	};
}
