import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import { AppError } from "../core/errors.ts";
import { runCommand } from "../core/run-command.ts";
import { availablePackages, ensurePackages } from "./apt.ts";
import { readMissingCapabilities } from "./capabilities.ts";
import type { SetupContext } from "./context.ts";
import { daemonDir, ownDaemonPid, runtimePath, startDaemon } from "./docker-daemon.ts";
import { askEngine, type EngineInfo, tryPrivileged } from "./docker-probe.ts";
import { findProgram } from "./find-program.ts";

export interface DockerEngine {
	/** The client's absolute path. */
	docker: string;
	info: EngineInfo;
	/** Capabilities that containers go without because this host lacks them. */
	missingCapabilities: string[];
}

/**
 * Finds a Docker Engine that can run privileged containers; installs and starts one where there is none.
 * @param buildRuntime builds the runtime that strips missing capabilities and names the file; called only where needed
 * @throws AppError `docker-denied`, `docker-rootless`, `docker-not-privileged`, and those of installing and starting
 */
export async function ensureDockerEngine(context: SetupContext, buildRuntime: () => Promise<string>): Promise<DockerEngine> {
	const missing = await readMissingCapabilities();
	const docker = await ensureClient(context);
	const found = await askEngine(docker, context.signal);
	if (!found.up && found.denied) {
		throw new AppError("docker-denied", `The Docker Engine does not let this user in: ${found.said}`, {
			mend: "Run as root, or: sudo usermod -aG docker $USER, then log in again.",
		});
	}
	const info = found.up ? found.info : await start(docker, missing, context, buildRuntime);
	if (info.rootless) {
		throw new AppError("docker-rootless", "This Docker Engine is rootless; the nodes of a cluster need a privileged one.", {
			mend: "Start a Docker Engine as root, or point DOCKER_HOST to one.",
		});
	}
	const refused = await tryPrivileged(docker, context.signal);
	if (refused === null) return { docker, info, missingCapabilities: missing };
	const ours = (await ownDaemonPid()) !== null;
	throw new AppError("docker-not-privileged", `The Docker Engine ${info.version} can't run a privileged container: ${refused}`, {
		mend:
			missing.length === 0
				? "Use a Docker Engine that is not confined itself (DOCKER_HOST)."
				: `This host lacks ${missing.join(", ")}. ${ours ? "Run: npm stop" : "Stop that Docker Engine"}, then npm start starts one that does without.`,
	});
}

async function ensureClient(context: SetupContext): Promise<string> {
	const present = await findProgram("docker");
	if (present) return present;
	await installDocker(context);
	return (await findProgram("docker")) ?? fail("docker-not-installed", "Debian's docker.io has brought no docker program.");
}

async function installDocker(context: SetupContext): Promise<void> {
	// From Debian 13 on the client is a package of its own.
	const client = await availablePackages(["docker-cli"], context.signal);
	await ensurePackages(["docker.io", "iptables", "ca-certificates", ...client], context);
}

async function start(docker: string, missing: string[], context: SetupContext, buildRuntime: () => Promise<string>): Promise<EngineInfo> {
	if (process.env.DOCKER_HOST && !process.env.DOCKER_HOST.startsWith("unix:///var/run/docker.sock")) {
		fail("docker-down", `No Docker Engine answers at DOCKER_HOST (${process.env.DOCKER_HOST}).`, "Start it, or unset DOCKER_HOST.");
	}
	if (process.getuid?.() !== 0) {
		fail(
			"no-root",
			"No Docker Engine runs here, and only root can start one.",
			"sudo npm start, or start Docker: sudo systemctl start docker",
		);
	}
	if (!(await findProgram("dockerd"))) await installDocker(context);
	if (await hasSystemd()) {
		context.say("starting docker.service");
		await runCommand("systemctl", ["start", "docker"], { timeoutMs: 90_000, signal: context.signal });
		const answer = await askEngine(docker, context.signal);
		if (answer.up) return answer.info;
		fail("docker-down", `docker.service does not start: ${answer.said}`, "journalctl -u docker");
	}
	const dockerd = (await findProgram("dockerd")) ?? fail("docker-not-installed", "Debian's docker.io has brought no dockerd.");
	if (!(await findProgram("iptables"))) await ensurePackages(["iptables"], context);
	if (missing.length > 0) await installRuntime(await buildRuntime());
	context.say("starting dockerd");
	return startDaemon({ dockerd, docker, stripping: missing.length > 0, signal: context.signal });
}

/** By renaming: a container that starts meanwhile finds the old or the new one, whole. */
async function installRuntime(built: string): Promise<void> {
	await mkdir(daemonDir, { recursive: true, mode: 0o700 });
	const fresh = `${runtimePath}.${process.pid}`;
	await copyFile(built, fresh);
	await rename(fresh, runtimePath);
}

async function hasSystemd(): Promise<boolean> {
	// The test of sd_booted(3).
	return stat("/run/systemd/system").then(
		(found) => found.isDirectory(),
		() => false,
	);
}

function fail(code: string, message: string, mend?: string): never {
	throw new AppError(code, message, { mend });
}
