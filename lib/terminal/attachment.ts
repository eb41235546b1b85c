import type { Clock } from "../core/clock.ts";
import { toErrorBody } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import { ackFrame, createAttachReader } from "./attach-protocol.ts";
import type { Pty, SpawnPty } from "./pty.ts";

/** An attach that has not said its header by then is taken for dead. */
const headerDeadlineMs = 15_000;
const firstDelayMs = 200;
const longestDelayMs = 5_000;
/** Keystrokes that may wait for a program that does not read, or for an attach. */
const backlogBytes = 1024 * 1024;
/** How much recorded output shell-host may keep for us before it hears of it; it holds back at 8 MiB. */
const ackEveryBytes = 256 * 1024;
/** What a shell is said to have ended with when nobody knows: as if its terminal had hung up. */
export const lostShellExit = 129;

export interface AttachmentOptions {
	shellId: string;
	/** Undefined while the lab's workstation is not there; while the lab rests it is waited for. */
	environment(): Promise<LabEnvironment | undefined>;
	/** All output before is recorded: where an attach begins. */
	safeOffset(): number;
	size(): { cols: number; rows: number };
	spawnPty: SpawnPty;
	clock: Clock;
	log: Logger;
	/** An attach has begun; the next bytes are those at this offset. */
	onStart(offset: number): void;
	onBytes(bytes: Buffer): void;
	/** The shell has ended; nothing follows. */
	onExit(code: number): void;
	/** The attach was lost; it is tried again. */
	onLost(reason: { message: string; mend?: string }): void;
}

/** The connection to a shell in the lab, made again as often as it is lost. */
export interface Attachment {
	/** @returns false where too much waits already: these bytes were dropped */
	write(bytes: Buffer): boolean;
	resize(): void;
	hold(on: boolean): void;
	/** Tells shell-host, now and then, what it need not keep. */
	recorded(offset: number): void;
	/** Tries at once where it was waiting to try again. */
	hurry(): void;
	/** Ends the present attach, whose output can't be taken: the next one begins where the recording ends. */
	lose(error: unknown): void;
	/** Lets go of the shell, which lives on. */
	close(): void;
}

export function createAttachment(options: AttachmentOptions): Attachment {
	const { clock, log, shellId } = options;
	const over = new AbortController();
	let waiting: AbortController | undefined;
	let pty: Pty | undefined;
	let giveUpAttach: ((error: unknown) => void) | undefined;
	let ready = false;
	let held = false;
	let ackedOffset = 0;
	/** Will be told its size once more. */
	let resized: Pty | undefined;
	const queue: Buffer[] = [];
	let failures = 0;

	async function wait(ms: number): Promise<void> {
		waiting = new AbortController();
		await clock.sleep(ms, AbortSignal.any([waiting.signal, over.signal])).catch(() => {});
		waiting = undefined;
	}

	async function run(): Promise<void> {
		while (!over.signal.aborted) {
			const lost = await attachOnce();
			if (lost === "ended" || over.signal.aborted) return;
			log.warn({ shell: shellId, failures, ...lost }, "terminal lost its shell, trying again");
			// The first attempt after a loss is quick and mostly works: no word of it.
			if (failures > 0) options.onLost(lost);
			await wait(Math.min(longestDelayMs, firstDelayMs * 2 ** failures++));
		}
	}

	async function attachOnce(): Promise<"ended" | { message: string; mend?: string }> {
		let environment: LabEnvironment | undefined;
		try {
			environment = await options.environment();
			if (!environment) return { message: "The workstation is not there yet." };
			if (over.signal.aborted) return "ended";
			return await attachTo(environment);
		} catch (error) {
			return toErrorBody(error);
		}
	}

	function attachTo(environment: LabEnvironment) {
		return new Promise<"ended" | { message: string; mend?: string }>((resolve) => {
			const reader = createAttachReader();
			const fromOffset = options.safeOffset();
			const deadline = new AbortController();
			const terminal = options.spawnPty({
				command: environment.shell({ shellId, fromOffset, create: fromOffset === 0 }),
				...options.size(),
				onData(chunk) {
					if (!pty) return;
					try {
						const bytes = reader.push(chunk);
						if (!ready && reader.startOffset !== undefined) begin(reader.startOffset);
						if (bytes.length > 0) options.onBytes(bytes);
					} catch (error) {
						giveUp(error);
					}
				},
				onExit(code) {
					deadline.abort();
					pty = undefined;
					const wasReady = ready;
					ready = false;
					if (over.signal.aborted) return resolve("ended");
					const { bytes, shellExit } = reader.end(code);
					try {
						if (bytes.length > 0 && wasReady) options.onBytes(bytes);
					} catch (error) {
						return resolve(toErrorBody(error));
					}
					if (shellExit !== undefined || code === 4) {
						options.onExit(shellExit ?? lostShellExit);
						return resolve("ended");
					}
					resolve(reason(code, reader.stray));
				},
			});
			pty = terminal;
			clock.sleep(headerDeadlineMs, deadline.signal).then(
				() => ready || terminal.kill("SIGKILL"),
				() => {},
			);

			giveUpAttach = giveUp;
			/** What can't be taken stays with shell-host: the next attach begins where the recording ends. */
			function giveUp(error: unknown) {
				if (!pty) return;
				deadline.abort();
				pty = undefined;
				ready = false;
				failures++;
				terminal.kill("SIGKILL");
				resolve(toErrorBody(error));
			}

			function begin(offset: number) {
				deadline.abort();
				ready = true;
				failures = 0;
				ackedOffset = offset;
				options.onStart(offset);
				terminal.resize(options.size());
				for (const bytes of queue.splice(0)) terminal.write(bytes);
				if (held) terminal.pause();
			}
		});
	}

	/**
	 * Docker refuses a size for what runs in a paused container, and its command line does not try again
	 * (moby's getExecConfig, docker/cli's MonitorTtySize): it is told to look at the size anew when the lab is awake.
	 */
	function resize() {
		if (!pty || !ready) return;
		pty.resize(options.size());
		if (resized === pty) return;
		const told = pty;
		resized = told;
		const tellAgain = () => {
			resized = undefined;
			// An attach that has begun since has said its size.
			if (told === pty) told.kill("SIGWINCH");
		};
		options.environment().then(tellAgain, tellAgain);
	}

	void run();
	return {
		write(bytes) {
			// Before the header the terminals on the way may echo, so nothing is sent until then.
			const target = ready ? pty : undefined;
			const waitingBytes = target ? target.backlogBytes : queue.reduce((sum, item) => sum + item.length, 0);
			if (waitingBytes + bytes.length > backlogBytes) return false;
			if (target) target.write(bytes);
			else queue.push(bytes);
			return true;
		},
		resize,
		hold(on) {
			if (on === held) return;
			held = on;
			if (!ready) return;
			if (on) pty?.pause();
			else pty?.resume();
		},
		recorded(offset) {
			if (!ready || offset - ackedOffset < ackEveryBytes) return;
			ackedOffset = offset;
			pty?.write(Buffer.from(ackFrame(offset)));
		},
		lose: (error) => giveUpAttach?.(error),
		hurry() {
			failures = 0;
			waiting?.abort();
		},
		close() {
			over.abort();
			// Only the local end: the shell itself is kept by shell-host.
			pty?.kill("SIGKILL");
		},
	};
}

function reason(code: number, stray: string): { message: string; mend?: string } {
	const said = stray ? `: ${stray.split("\n").at(-1)?.trim()}` : "";
	if (code === 5) return { message: "Another engine has taken this shell over." };
	if (code === 6) return { message: `The shell could not be started${said}`, mend: "Reset the lab if this stays." };
	return { message: `The connection to the workstation was lost${said}` };
}
