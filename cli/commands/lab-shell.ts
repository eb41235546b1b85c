import { join } from "node:path";
import { WebSocket } from "ws";
import { AppError } from "../../lib/core/errors.ts";
import type { EngineClient } from "../../lib/protocol/client.ts";
import { fromServer, lowWaterBytes } from "../../lib/protocol/terminal.ts";
import type { Context } from "../context.ts";

/**
 * Shows a new shell of the lab in this terminal, raw, until it ends.
 * @returns the shell's exit code
 * @throws AppError `no-terminal` where standard input or output is none
 */
export async function attachShell({ env, output, signal }: Context, client: EngineClient, id: string): Promise<number> {
	const { stdin, stdout } = process;
	if (!stdin.isTTY || !stdout.isTTY) {
		throw new AppError("no-terminal", "A shell needs a terminal.", { kind: "invalid", mend: `npx faultline lab exec ${id} -- <command>` });
	}
	const shell = await client.call("shell.open", { id }, { signal });
	const { ticket } = await client.call("shell.ticket", { id, shell: shell.id }, { signal });
	const socket = new WebSocket(`ws+unix:${join(env.dataDir, "engine.sock")}:/terminal?ticket=${ticket}&from=0`, {
		perMessageDeflate: false,
	});

	const send = (control: object) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(control));
	const type = (bytes: Buffer) => socket.readyState === WebSocket.OPEN && socket.send(bytes, { binary: true });
	// A terminal that does not know its size says 0.
	const resize = () => send({ type: "resize", cols: Math.max(2, stdout.columns || 80), rows: Math.max(1, stdout.rows || 24) });
	const leave = () => socket.close(1000);
	try {
		return await new Promise<number>((resolve, reject) => {
			let offset = 0;
			let acknowledged = 0;
			socket.on("open", () => {
				stdin.setRawMode(true);
				stdin.on("data", type).resume();
				stdout.on("resize", resize);
				resize();
			});
			socket.on("message", (data, isBinary) => {
				const bytes = data as Buffer;
				if (isBinary) {
					offset += bytes.length;
					const end = offset;
					// Acknowledged when this terminal has taken it, so that a flood is held back at its source.
					stdout.write(bytes, () => {
						if (end - acknowledged < lowWaterBytes / 2) return;
						acknowledged = end;
						send({ type: "ack", offset: end });
					});
					return;
				}
				const message = fromServer.parse(JSON.parse(bytes.toString("utf8")));
				if (message.type === "start") offset = acknowledged = message.offset;
				else if (message.type === "exit") resolve(message.code);
				else if (message.type === "replaced")
					reject(new AppError("shell-replaced", "This shell is shown somewhere else now.", { kind: "conflict" }));
				else reject(new AppError("shell-failed", message.message, message.mend ? { mend: message.mend } : {}));
			});
			socket.on("close", (code) =>
				reject(new AppError("shell-lost", `The connection to the shell ended (${code}).`, { mend: `npx faultline lab shell ${id}` })),
			);
			socket.on("error", (cause) => reject(new AppError("shell-lost", `The shell can't be reached: ${cause.message}`, { cause })));
			signal.addEventListener("abort", () => reject(signal.reason), { once: true });
		});
	} finally {
		stdin.off("data", type).pause();
		stdout.off("resize", resize);
		stdin.setRawMode(false);
		leave();
		output.progress("");
	}
}
