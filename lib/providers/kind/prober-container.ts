import { constants } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { AppError } from "../../core/errors.ts";
import type { KindContext } from "./kind-context.ts";
import { labelArgs, proberName } from "./lab-names.ts";
import { waitUntil } from "./wait-until.ts";

const socketName = "prober.sock";

export function proberDir(dataDir: string): string {
	return join(dataDir, "prober");
}

/** Starts this instance's prober where it does not run, or runs from another image than this host's. */
export async function ensureProber(context: KindContext): Promise<void> {
	const name = proberName(context.instanceId);
	const found = (await context.docker.containers(name)).find((row) => row.name === name);
	if (found?.state === "running" && found.image === context.host.images.prober) return;
	if (found) await context.docker.must(["rm", "--force", "--volumes", name]);
	const dir = proberDir(context.dataDir);
	await mkdir(dir, { recursive: true, mode: 0o700 });
	await context.docker.must([
		...["run", "--detach", "--name", name, ...labelArgs(context.instanceId, "prober")],
		// As infra/prober/README.md asks: no more rights than entering namespaces and reading connection tracking take.
		...["--pid", "host", "--network", "none", "--cgroupns", "host", "--read-only", "--cap-drop", "ALL"],
		...["SYS_ADMIN", "SYS_PTRACE", "DAC_READ_SEARCH", "CHOWN", "NET_ADMIN"].flatMap((capability) => ["--cap-add", capability]),
		...["--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"],
		...["--volume", `${dir}:/run/prober`, context.host.images.prober],
	]);
}

export async function removeProber(context: KindContext): Promise<void> {
	await context.docker.run(["rm", "--force", "--volumes", proberName(context.instanceId)]);
}

/**
 * Connects to the prober, which is started where it does not run.
 * @throws AppError `prober-unreachable`
 */
export async function connectProber(context: KindContext): Promise<Socket> {
	const path = join(proberDir(context.dataDir), socketName);
	// First, although one may answer: what an older program left knows fewer probes.
	await ensureProber(context);
	let socket: Socket | undefined;
	const attempt = async () => {
		socket = await connectUnix(path);
		return undefined;
	};
	// A container starts within a second or two; a busy host has taken ten.
	await waitUntil(attempt, { clock: context.clock, signal: new AbortController().signal, timeoutMs: 30_000, what: "The prober" });
	if (!socket) throw new AppError("prober-unreachable", "The prober does not answer.", { mend: "npx faultline doctor" });
	return socket;
}

/**
 * Connects to a Unix socket at a path of any length: the system takes 107 bytes, so the folder is opened and
 * named by its descriptor.
 */
export async function connectUnix(path: string): Promise<Socket> {
	const at = path.lastIndexOf("/");
	const folder = await open(path.slice(0, at) || "/", constants.O_RDONLY | constants.O_DIRECTORY);
	try {
		return await new Promise<Socket>((resolve, reject) => {
			const socket = createConnection({ path: `/proc/self/fd/${folder.fd}/${path.slice(at + 1)}` });
			socket.once("connect", () => {
				socket.off("error", reject);
				resolve(socket);
			});
			socket.once("error", reject);
		});
	} finally {
		await folder.close();
	}
}
