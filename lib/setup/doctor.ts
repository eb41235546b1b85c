import { join } from "node:path";
import type { Env } from "../core/env.ts";
import { readHostManifest } from "../core/host.ts";
import { runCommand } from "../core/run-command.ts";
import { createEngineClient } from "../protocol/client.ts";
import { checkClones } from "./doctor-clones.ts";
import { checkColdTier } from "./doctor-cold.ts";
import { checkDocker } from "./doctor-docker.ts";
import { checkHost } from "./doctor-host.ts";
import { findProgram } from "./find-program.ts";
import type { Finding } from "./finding.ts";
import { findGo, neededGo } from "./go-toolchain.ts";

export interface DoctorOptions {
	env: Env;
	signal: AbortSignal;
}

/**
 * Looks at everything that Faultline needs of this host and changes nothing. The engine need not run.
 * @returns one finding a need, in the order in which set-up meets them
 */
export async function examine(options: DoctorOptions): Promise<Finding[]> {
	const [host, go, docker, node, clones, cold, engine] = await Promise.all([
		checkHost(options.env),
		checkGo(options),
		checkDocker(options.signal),
		checkImages(options),
		checkClones(options.env),
		checkColdTier(),
		checkEngine(options),
	]);
	return [...host, go, ...docker, ...node, clones, cold, engine];
}

async function checkGo({ env, signal }: DoctorOptions): Promise<Finding> {
	const found = await findGo(env.cacheDir, signal);
	return {
		name: "Go",
		ok: found !== null,
		found: found ? `${found.version} (${found.file})` : "none that is new enough",
		needed: `${neededGo.major}.${neededGo.minor} or newer`,
		mend: found ? null : "npm start fetches it, as root, through Debian's golang-go",
	};
}

async function checkImages({ env, signal }: DoctorOptions): Promise<Finding[]> {
	const manifest = await readHostManifest(env.dataDir).catch(() => null);
	if (!manifest) {
		return [{ name: "node image", ok: false, found: "not set up", needed: "Kubernetes 1.36 in a node image", mend: "npm start" }];
	}
	const docker = (await findProgram("docker")) ?? manifest.docker;
	const asked = await runCommand(docker, ["image", "inspect", "--format", "{{.Id}}", ...Object.values(manifest.images)], {
		timeoutMs: 20_000,
		signal,
	}).catch(() => null);
	const complete = asked?.exitCode === 0;
	return [
		{
			name: "node image",
			ok: complete,
			found: complete ? `${manifest.images.node} (${manifest.way === "build" ? "built here" : "pulled"})` : "some images are gone",
			needed: "the node image and what goes with it, in Docker",
			mend: complete ? null : "npm start",
		},
		{
			name: "Kubernetes",
			ok: /^v1\.(3[6-9]|[4-9]\d)\./.test(manifest.kubernetesVersion),
			found: `${manifest.kubernetesVersion}, kind ${manifest.kindVersion}`,
			needed: "v1.36 or newer",
			mend: null,
		},
	];
}

async function checkEngine({ env }: DoctorOptions): Promise<Finding> {
	const client = createEngineClient(join(env.dataDir, "engine.sock"));
	const info = await client.call("engine.info", {}, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
	return {
		name: "engine",
		ok: info !== null,
		found: info ? `runs, process ${info.pid}, instance ${info.instanceId}` : "does not run",
		needed: "running, for labs",
		mend: info ? null : "npm start",
	};
}
