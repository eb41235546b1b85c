import type { Socket } from "node:net";
import { spawn } from "node-pty";
import { AppError } from "../core/errors.ts";
import type { ShellCommand } from "../providers/provider.ts";

export interface Pty {
	readonly pid: number;
	/** Keystrokes; they wait here while the program does not read. */
	write(bytes: Buffer): void;
	/** How many bytes wait. */
	readonly backlogBytes: number;
	resize(size: { cols: number; rows: number }): void;
	/** Stops reading; the program blocks when the terminal's buffer is full. */
	pause(): void;
	resume(): void;
	kill(signal?: NodeJS.Signals): void;
}

export interface PtyOptions {
	command: ShellCommand;
	cols: number;
	rows: number;
	/** Raw bytes, at most 64 KiB at once. */
	onData(bytes: Buffer): void;
	/** Once, after the last `onData`. @param exitCode 128+n for signal n */
	onExit(exitCode: number): void;
}

/** Runs a program on a terminal of its own. Injected, so that a session's tests can do without one. */
export type SpawnPty = (options: PtyOptions) => Pty;

// Nothing of the engine's own environment reaches the program but what finds it and its Docker.
const passed = ["PATH", "HOME", "LANG", "LC_ALL", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT", "XDG_RUNTIME_DIR"] as const;

/**
 * Runs the program on a new pseudo-terminal.
 * @throws AppError `pty-not-started`
 */
export const spawnPty: SpawnPty = ({ command, cols, rows, onData, onExit }) => {
	const env = Object.fromEntries(passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
	const child = start();
	// node-pty says nothing of writes that wait; its socket does.
	const socket = (child as unknown as { _socket: Socket })._socket;
	let over = false;
	child.onData((data) => onData(data as unknown as Buffer));
	child.onExit(({ exitCode, signal }) => {
		over = true;
		onExit(signal ? 128 + signal : exitCode);
	});

	function start() {
		try {
			return spawn(command.file, command.args, { name: "xterm-256color", cols, rows, env, encoding: null });
		} catch (cause) {
			throw new AppError("pty-not-started", `${command.file} could not be run on a terminal: ${String(cause)}`, { retryable: true, cause });
		}
	}

	return {
		pid: child.pid,
		write(bytes) {
			if (!over && !socket.destroyed) socket.write(bytes);
		},
		get backlogBytes() {
			return socket.writableLength;
		},
		resize(size) {
			if (!over && !socket.destroyed) child.resize(size.cols, size.rows);
		},
		pause: () => child.pause(),
		resume: () => child.resume(),
		kill(signal = "SIGHUP") {
			if (!over) child.kill(signal);
		},
	};
};
