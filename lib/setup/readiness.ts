import { open } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import type { Env } from "../core/env.ts";
import { AppError } from "../core/errors.ts";
import { createEngineClient } from "../protocol/client.ts";

const pollMs = 100;

/**
 * Waits until the engine answers on its socket.
 * @throws AppError `engine-not-started` with the end of its log
 */
export async function waitForEngine(env: Env, options: { clock: Clock; signal: AbortSignal; timeoutMs: number }): Promise<void> {
	const client = createEngineClient(join(env.dataDir, "engine.sock"));
	const up = await waitUntil(options, async () => {
		await client.call("engine.info", {}, { signal: AbortSignal.timeout(5_000) });
	});
	if (!up) throw await notStarted("engine", env);
}

/**
 * Waits until the web answers anything over HTTP.
 * @throws AppError `web-not-started` with the end of its log
 */
export async function waitForWeb(env: Env, options: { clock: Clock; signal: AbortSignal; timeoutMs: number }): Promise<void> {
	const up = await waitUntil(options, () => knock(env));
	if (!up) throw await notStarted("web", env);
}

/** The address under which a browser on this host reaches the web. */
export function originOf(env: { host: string; port: number }): string {
	const host = env.host === "0.0.0.0" || env.host === "::" ? "127.0.0.1" : env.host;
	return `http://${host.includes(":") ? `[${host}]` : host}:${env.port}`;
}

/** A fresh one-time address for the owner; earlier ones that were not used end. */
export async function ownerAddress(env: Env, at: { host: string; port: number }): Promise<string> {
	const client = createEngineClient(join(env.dataDir, "engine.sock"));
	const { token } = await client.call("auth.invite", {}, { signal: AbortSignal.timeout(10_000) });
	return `${originOf(at)}/owner?${new URLSearchParams({ token })}`;
}

/** The last lines of a program's log. */
export async function endOfLog(file: string, lines: number): Promise<string> {
	const handle = await open(file).catch(() => null);
	if (!handle) return "";
	try {
		const { size } = await handle.stat();
		const length = Math.min(size, 16_384);
		const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
		return buffer.toString("utf8").trim().split("\n").slice(-lines).join("\n");
	} finally {
		await handle.close();
	}
}

async function notStarted(name: string, env: Env): Promise<AppError> {
	const file = join(env.dataDir, "logs", `${name}.log`);
	const said = await endOfLog(file, 20);
	return new AppError(`${name}-not-started`, `The ${name} does not start. Its log ends with:\n${said || "(nothing)"}`, {
		mend: `Read ${file}.`,
	});
}

async function waitUntil(options: { clock: Clock; signal: AbortSignal; timeoutMs: number }, look: () => Promise<void>): Promise<boolean> {
	const deadline = options.clock.now() + options.timeoutMs;
	while (options.clock.now() < deadline && !options.signal.aborted) {
		const seen = await look().then(
			() => true,
			() => false,
		);
		if (seen) return true;
		await options.clock.sleep(pollMs);
	}
	return false;
}

function knock(env: Env): Promise<void> {
	const url = new URL("/", originOf(env));
	return new Promise((resolve, reject) => {
		const asked = request(url, { timeout: 5_000 }, (response) => {
			response.resume();
			resolve();
		});
		asked.once("timeout", () => asked.destroy(new Error("timeout")));
		asked.once("error", reject);
		asked.end();
	});
}
