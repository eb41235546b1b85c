import { execa } from "execa";
import { AppError } from "./errors.ts";

export interface RunOptions {
	/** Every command has a deadline. */
	timeoutMs: number;
	signal?: AbortSignal;
	cwd?: string;
	env?: Record<string, string>;
	input?: string | Uint8Array;
	/** Called with each line of either stream as it comes. */
	onLine?: (line: string) => void;
}

export interface RunResult {
	exitCode: number;
	stdout: string;
	stderr: string;
}

/**
 * Runs a program to its end; a non-zero exit is a value, not an error.
 * @param file the program; no shell is involved
 * @param args its arguments, passed as they are
 * @throws AppError `command-timeout`, `command-aborted` or `command-not-started`
 */
export async function runCommand(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
	const child = execa(file, args, {
		reject: false,
		timeout: options.timeoutMs,
		killSignal: "SIGKILL",
		cancelSignal: options.signal,
		cwd: options.cwd,
		env: options.env,
		...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
		maxBuffer: 64 * 1024 * 1024,
		stripFinalNewline: false,
		all: options.onLine !== undefined,
	});
	if (options.onLine) {
		for await (const line of child.iterable({ from: "all" } as never)) options.onLine(String(line));
	}
	const result = await child;
	const name = [file, ...args.slice(0, 3)].join(" ");
	if (result.timedOut) {
		throw new AppError("command-timeout", `${name} … did not end within ${options.timeoutMs / 1000} s`, { retryable: true });
	}
	if (result.isCanceled) throw new AppError("command-aborted", `${name} … was cancelled`);
	if (result.exitCode === undefined) {
		throw new AppError("command-not-started", `${name} could not run: ${result.shortMessage ?? "no exit code"}`, { cause: result });
	}
	return { exitCode: result.exitCode, stdout: String(result.stdout), stderr: String(result.stderr) };
}

/**
 * Runs a program that must succeed and returns its standard output.
 * @throws AppError `command-failed` with the end of standard error, besides those of {@link runCommand}
 */
export async function mustRun(file: string, args: readonly string[], options: RunOptions): Promise<string> {
	const result = await runCommand(file, args, options);
	if (result.exitCode !== 0) {
		const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-8).join("\n");
		throw new AppError("command-failed", `${[file, ...args.slice(0, 4)].join(" ")} … ended with ${result.exitCode}: ${said}`);
	}
	return result.stdout;
}
