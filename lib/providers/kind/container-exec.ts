import { performance } from "node:perf_hooks";
import { AppError } from "../../core/errors.ts";
import type { ExecOptions, ExecResult } from "../provider.ts";
import type { Docker } from "./docker.ts";

interface Target {
	container: string;
	/** Options of `docker exec` before the container's name. */
	options: readonly string[];
}

// For the program to be ended inside before Docker's client is given up.
const marginMs = 5000;

/**
 * Runs a program in a container with a deadline that holds inside it too: ending Docker's client alone would leave
 * the program running.
 * @throws AppError `command-timeout`; those of runCommand
 */
export async function containerExec(docker: Docker, target: Target, command: readonly string[], options: ExecOptions): Promise<ExecResult> {
	const started = performance.now();
	const result = await docker.run(
		[
			"exec",
			...(options.stdin === undefined ? [] : ["--interactive"]),
			...Object.entries(options.env ?? {}).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
			...target.options,
			target.container,
			...["timeout", "--signal=KILL", String(options.timeoutMs / 1000), ...command],
		],
		{ timeoutMs: options.timeoutMs + marginMs, signal: options.signal, input: options.stdin },
	);
	// timeout(1) with KILL ends with 137 itself; a program that was killed otherwise has not used up its time.
	if (result.exitCode === 137 && performance.now() - started >= options.timeoutMs) {
		throw new AppError("command-timeout", `${command.slice(0, 3).join(" ")} … did not end within ${options.timeoutMs / 1000} s`, {
			retryable: true,
		});
	}
	return result;
}
