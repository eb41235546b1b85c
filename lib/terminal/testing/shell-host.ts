import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { LabEnvironment } from "../../providers/provider.ts";
import { type Pty, spawnPty } from "../pty.ts";

/**
 * A shell-host for tests, with real terminals: shells are programs of this host, and an attach is a program of its own
 * (attach.mjs) that can be killed. It speaks as infra/shell-host/README.md says.
 */
export interface TestShellHost {
	environment: LabEnvironment;
	/** Where each attach began. */
	readonly startedFrom: number[];
	/** The newest offset that was acknowledged. */
	readonly acked: number;
	/** The size that a shell was given last, as `80x24`. */
	readonly size: string;
	/** As Docker is towards a container that is paused: a size is refused. */
	frozen: boolean;
	/** Sizes that were refused. */
	readonly refusedSizes: readonly string[];
	close(): Promise<void>;
}

interface HostedShell {
	pty: Pty;
	spool: Buffer;
	exitCode: number | undefined;
	attached: Socket | undefined;
}

/** @param command what a new shell runs */
export async function startTestShellHost(folder: string, command: [string, ...string[]]): Promise<TestShellHost> {
	const socketPath = join(folder, "shell-host.sock");
	const shells = new Map<string, HostedShell>();
	const startedFrom: number[] = [];
	const refusedSizes: string[] = [];
	let acked = 0;
	let size = "";
	let frozen = false;

	function resize(pty: Pty, wanted: { cols: number; rows: number }) {
		const words = `${wanted.cols}x${wanted.rows}`;
		if (frozen) return refusedSizes.push(words);
		size = words;
		pty.resize(wanted);
	}

	function start(size: { cols: number; rows: number }): HostedShell {
		const [file, ...args] = command;
		const shell: HostedShell = {
			pty: spawnPty({
				command: { file, args },
				...size,
				onData(bytes) {
					shell.spool = Buffer.concat([shell.spool, bytes]);
					if (shell.attached && !shell.attached.write(bytes)) {
						shell.pty.pause();
						shell.attached.once("drain", () => shell.pty.resume());
					}
				},
				onExit(code) {
					shell.exitCode = code;
					finish(shell);
				},
			}),
			spool: Buffer.alloc(0),
			exitCode: undefined,
			attached: undefined,
		};
		return shell;
	}

	function finish(shell: HostedShell) {
		shell.attached?.end(`\x1b_FX;${String(shell.exitCode).padStart(3, "0")}\x1b\\\0EXIT0`);
		shell.attached = undefined;
	}

	const server = createServer((socket) => {
		let shell: HostedShell | undefined;
		socket.on("error", () => {});
		socket.on("close", () => {
			if (shell?.attached !== socket) return;
			shell.attached = undefined;
			shell.pty.resume();
		});
		socket.on("data", (chunk) => {
			let bytes = chunk;
			if (!shell) {
				const end = bytes.indexOf(0x0a);
				const { shellId, from, create, cols, rows } = JSON.parse(bytes.toString("utf8", 0, end));
				bytes = bytes.subarray(end + 1);
				if (!shells.has(shellId) && !create) return socket.end("\0EXIT4");
				shell = shells.get(shellId) ?? start({ cols, rows });
				shells.set(shellId, shell);
				shell.attached?.end("\0EXIT5");
				shell.attached = socket;
				const begin = Math.min(from, shell.spool.length);
				startedFrom.push(begin);
				socket.write(`\x1b_FL;${String(begin).padStart(20, "0")}\x1b\\`);
				socket.write(shell.spool.subarray(begin));
				resize(shell.pty, { cols, rows });
				if (shell.exitCode !== undefined) return finish(shell);
			}
			const { pty } = shell;
			// biome-ignore lint/suspicious/noControlCharactersInRegex: frames are escape sequences.
			const keys = bytes.toString("latin1").replace(/\x1b_(FA|SZ);(.*?)\x1b\\/g, (_, kind, value) => {
				if (kind === "FA") acked = Number(value);
				else resize(pty, JSON.parse(value));
				return "";
			});
			if (keys) pty.write(Buffer.from(keys, "latin1"));
		});
	});
	server.listen(socketPath);
	await once(server, "listening");

	const attachPath = join(import.meta.dirname, "attach.mjs");
	const environment = {
		labId: "lab1",
		shell: ({ shellId, fromOffset, create }: { shellId: string; fromOffset: number; create: boolean }) => ({
			// Node's own raw mode still turns \n into \r\n.
			file: "/bin/sh",
			args: ["-c", 'stty raw -echo; exec "$0" "$@"', process.execPath, attachPath, socketPath, shellId, String(fromOffset), String(create)],
		}),
		async closeShell(shellId: string) {
			shells.get(shellId)?.pty.kill("SIGKILL");
		},
	} as unknown as LabEnvironment;

	return {
		environment,
		startedFrom,
		get acked() {
			return acked;
		},
		get size() {
			return size;
		},
		get frozen() {
			return frozen;
		},
		set frozen(now) {
			frozen = now;
		},
		refusedSizes,
		async close() {
			for (const shell of shells.values()) {
				shell.attached?.destroy();
				shell.pty.kill("SIGKILL");
			}
			server.close();
			await once(server, "close");
		},
	};
}
