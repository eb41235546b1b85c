import { AppError } from "../../core/errors.ts";
import type { LabSpec } from "../provider.ts";
import type { KindContext } from "./kind-context.ts";
import { labelArgs, labNames } from "./lab-names.ts";
import { type TarFile, tarArchive } from "./tar.ts";

export const learnerHome = "/home/learner";

// shell-host runs as root and starts shells as the learner (SETUID, SETGID), owns their terminals (CHOWN, FOWNER,
// DAC_OVERRIDE) and ends them (KILL); ping and tcpdump need NET_RAW.
const capabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID", "NET_RAW", "NET_BIND_SERVICE"];

/** Starts the learner's laptop on the lab's network, or takes it as it runs. */
export async function ensureWorkstation(
	context: KindContext,
	labId: string,
	{ signal, fresh }: Pick<ContainerOptions, "signal" | "fresh">,
): Promise<void> {
	const { workstation, network } = labNames(context.instanceId, labId);
	await ensureContainer(context, {
		name: workstation,
		...{ signal, fresh },
		args: [
			...labelArgs(context.instanceId, "workstation", labId),
			...["--network", network, "--hostname", "workstation"],
			// A shell, an editor and helm fit well; a runaway program must not take the host's memory or process table.
			...["--memory", "512m", "--pids-limit", "512"],
			...["--cap-drop", "ALL", ...capabilities.flatMap((name) => ["--cap-add", name])],
			(await context.workstationImage?.()) ?? context.host.images.workstation,
		],
	});
}

/** Puts the kubeconfig and the lab's files into the learner's home, owned by the learner. */
export async function fillWorkstation(context: KindContext, spec: Pick<LabSpec, "labId" | "files">, kubeconfig: string): Promise<void> {
	const { workstation } = labNames(context.instanceId, spec.labId);
	const files: TarFile[] = Object.entries(spec.files).map(([path, content]) => ({ path: insideHome(path), content, mode: 0o644 }));
	const archive = tarArchive([...files, { path: ".kube/config", content: kubeconfig, mode: 0o600 }]);
	await context.docker.must(
		["exec", "--interactive", "--user", "learner", "--workdir", learnerHome, workstation, "tar", "--extract", "--overwrite", "--file", "-"],
		{ input: archive },
	);
}

/**
 * @throws AppError `bad-file-path` for a path that leaves the learner's home
 */
export function insideHome(path: string): string {
	if (path.startsWith("/") || path.split("/").some((part) => part === ".." || part === "")) {
		throw new AppError("bad-file-path", `"${path}" is no path inside the learner's home.`, { kind: "invalid" });
	}
	return path;
}

interface ContainerOptions {
	name: string;
	signal: AbortSignal;
	/** Nothing of the lab is there yet: then Docker need not be asked. */
	fresh: boolean;
	/** Arguments of `docker run`, image and command last. */
	args: string[];
}

/** Runs a container of this name; one that runs is kept, one that does not is made anew. */
export async function ensureContainer(context: KindContext, { name, signal, fresh, args }: ContainerOptions): Promise<void> {
	const found = fresh ? undefined : (await context.docker.containers(name)).find((row) => row.name === name);
	if (found?.state === "running") return;
	signal.throwIfAborted();
	if (found) await context.docker.must(["rm", "--force", "--volumes", name]);
	// Not ended by the signal: Docker would go on making the container, and nobody would know when.
	await context.docker.must(["run", "--detach", "--name", name, ...args]);
}
