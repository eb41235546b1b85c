import { ownDaemonPid } from "./docker-daemon.ts";
import { askEngine, tryPrivileged } from "./docker-probe.ts";
import { findProgram } from "./find-program.ts";
import type { Finding } from "./finding.ts";

/** What Faultline needs of the Docker Engine. */
export async function checkDocker(signal: AbortSignal): Promise<Finding[]> {
	const docker = await findProgram("docker");
	if (docker === null) return [down("no docker program", "npm start installs it, as root")];
	const answer = await askEngine(docker, signal);
	if (!answer.up)
		return [down(answer.said, answer.denied ? "sudo usermod -aG docker $USER, then log in again" : "npm start starts it, as root")];
	const { info } = answer;
	const ours = (await ownDaemonPid()) !== null;
	const refused = info.rootless ? "this engine is rootless" : await tryPrivileged(docker, signal);
	return [
		{
			name: "Docker Engine",
			ok: info.storageDriver !== "vfs",
			found: `${info.version}, storage ${info.storageDriver}${ours ? ", started by Faultline" : ""}`,
			needed: "running, with a storage driver that shares layers",
			mend: info.storageDriver === "vfs" ? "Put Docker's folder on ext4, xfs or btrfs: --data-root" : null,
		},
		{
			name: "privileged containers",
			ok: refused === null,
			found: refused ?? (info.defaultRuntime === "runc" ? "they run" : `they run, through the runtime ${info.defaultRuntime}`),
			needed: "the nodes of a cluster are privileged containers",
			mend: refused === null ? null : "Stop this Docker Engine, then npm start starts one that can; or point DOCKER_HOST to one that can.",
		},
		{ name: "cgroups", ok: true, found: `version ${info.cgroupVersion}`, needed: "version 1 or 2", mend: null },
	];
}

function down(found: string, mend: string): Finding {
	return { name: "Docker Engine", ok: false, found, needed: "running", mend };
}
