import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import pRetry from "p-retry";
import { AppError } from "../../core/errors.ts";
import { runCommand } from "../../core/run-command.ts";
import type { LabEnvironment, LabUsage } from "../provider.ts";
import { type ContainerCgroup, findCgroup, readUsage, reclaim } from "./cgroup.ts";
import { containerExec } from "./container-exec.ts";
import { grantAccess } from "./grant-access.ts";
import { type KindContext, labPaths } from "./kind-context.ts";
import { labNames, nodeNames } from "./lab-names.ts";
import { createLabProbes } from "./lab-probes.ts";
import type { LabRecordFile } from "./lab-record.ts";
import { setHold } from "./learner-hold.ts";
import { makeLearnerKubeconfig } from "./learner-identity.ts";
import type { ProberChannel } from "./prober-channel.ts";
import { waitUntil } from "./wait-until.ts";
import { fillWorkstation, learnerHome } from "./workstation.ts";

/** The environment of a lab whose parts exist. */
export function createKindEnvironment(
	context: KindContext,
	{ labId, nodes: nodeCount, contents }: Omit<LabRecordFile, "ready">,
	channel: ProberChannel,
): LabEnvironment {
	const { docker, host, clock } = context;
	const names = labNames(context.instanceId, labId);
	const paths = labPaths(context.dataDir, labId);
	const nodes = nodeNames(names.cluster, nodeCount);
	const admin = new KubeConfig();
	admin.loadFromFile(paths.adminKubeconfig);
	const probe = createLabProbes({ channel, workstation: names.workstation, edge: names.edge, pid: docker.pid });

	/** Containers in the order in which they are frozen: who asks before who answers. */
	const frozenInOrder = [names.workstation, names.edge, ...nodes.toReversed(), names.mirror];

	/** Control groups of the lab's containers, the largest first. */
	async function cgroups(): Promise<ContainerCgroup[]> {
		const all = [...nodes, names.workstation, names.mirror, names.edge];
		const said = await docker.must(["inspect", "--type", "container", "--format", "{{.Id}} {{.State.Pid}}", ...all]);
		const parts = said
			.trim()
			.split("\n")
			.map((line) => line.split(" "));
		const found = await Promise.all(parts.map(([id = "", pid]) => findCgroup({ id, pid: Number(pid) })));
		return found.filter((one) => one !== undefined);
	}

	async function inState(state: "running" | "paused"): Promise<Set<string>> {
		const rows = await docker.containers(names.cluster);
		return new Set(rows.filter((row) => row.state === state).map((row) => row.name));
	}

	return {
		labId,
		admin,
		nodes,
		contents,
		probe,
		kubectl: (args, { stdin, env, timeoutMs, signal }) =>
			runCommand(host.kubectl, ["--kubeconfig", paths.adminKubeconfig, ...args], {
				timeoutMs,
				signal,
				input: stdin,
				// The caller's own ~/.kube stays out of it: neither its cache nor its preferences.
				env: { KUBECONFIG: paths.adminKubeconfig, KUBECACHEDIR: paths.kubectlCache, KUBECTL_KUBERC: "false", ...env },
			}),
		exec: (command, options) =>
			containerExec(docker, { container: names.workstation, options: ["--user", "learner", "--workdir", learnerHome] }, command, options),
		nodeExec: (node, command, options) => containerExec(docker, { container: node, options: [] }, command, options),
		shell: ({ shellId, fromOffset, create }) => ({
			file: host.docker,
			args: [
				// Docker's own detach keys begin with Ctrl-P, which is the shell's: these nobody types.
				...["exec", "--interactive", "--tty", "--detach-keys", "ctrl-^,ctrl-_,ctrl-^", "--user", "root", names.workstation],
				...["shell-host", "attach", "--shell", shellId, "--from", String(fromOffset), "--acks", ...(create ? ["--create"] : [])],
			],
		}),
		async closeShell(shellId) {
			const result = await docker.run(["exec", "--user", "root", names.workstation, "shell-host", "kill", "--shell", shellId]);
			// 4: shell-host knows no such shell.
			if (result.exitCode !== 0 && result.exitCode !== 4) {
				throw new AppError("shell-not-ended", `The shell could not be ended: ${result.stderr.trim()}`, { retryable: true });
			}
		},
		async grant(access, files, signal) {
			await grantAccess({ admin, access, clock, signal });
			const kubeconfig = await makeLearnerKubeconfig(context, labId, paths, access.namespaces[0] ?? "default");
			await fillWorkstation(context, { labId, files }, kubeconfig);
		},
		async freeze() {
			const freezeRunning = async () => {
				const running = await inState("running");
				const wanted = frozenInOrder.filter((name) => running.has(name));
				if (wanted.length > 0) await docker.must(["pause", ...wanted]);
			};
			// On cgroup v1 a container that forks quickly may escape the first try: runc then says "unable to freeze".
			await pRetry(freezeRunning, { retries: 3, minTimeout: 200 });
		},
		async reclaim(signal) {
			const paused = await inState("paused");
			if (!frozenInOrder.every((name) => paused.has(name))) throw new AppError("not-reclaimed", "Only a frozen lab is moved to swap.");
			for (const group of await cgroups()) await reclaim(group, signal);
		},
		async usage() {
			const parts = await Promise.all((await cgroups()).map(readUsage));
			const sum = (field: keyof LabUsage) => parts.reduce((total, part) => total + part[field], 0);
			return { memoryBytes: sum("memoryBytes"), swapBytes: sum("swapBytes"), cpuMs: sum("cpuMs") };
		},
		async thaw() {
			const paused = await inState("paused");
			const wanted = frozenInOrder.toReversed().filter((name) => paused.has(name));
			if (wanted.length > 0) await docker.must(["unpause", ...wanted]);
			const version = admin.makeApiClient(VersionApi);
			await waitUntil(() => version.getCode().then(() => undefined), {
				clock,
				signal: new AbortController().signal,
				timeoutMs: 60_000,
				what: "The API server",
			});
			// A check that ended with the engine has left its hold.
			await setHold(false, { admin, clock, signal: new AbortController().signal });
		},
		hold: (signal) => setHold(true, { admin, clock, signal }),
		release: (signal) => setHold(false, { admin, clock, signal }),
	};
}
