import { KubeConfig } from "@kubernetes/client-node";
import { AppError } from "../../core/errors.ts";
import type { ClusterSpec, ExecOptions, ExecResult, LabEnvironment, LabProvider, ProbeResult } from "../provider.ts";
import { answer, type FakeLab, type FakeWorld, fakeSteps } from "./fake-world.ts";

/** Labs in memory, for tests of the rooms above: no process, no clock, every failure by request. */
export function createFakeProvider(world: FakeWorld): LabProvider {
	const isWhole = (lab: FakeLab) => fakeSteps.every((step) => lab.made.has(step));

	return {
		name: "fake",
		madeOf: "memory",
		status: async () => ({ ok: true, description: "labs in memory", kubernetesVersion: "v0.0.0" }),
		async create(spec, { signal, onStep }) {
			world.calls.push(`create ${spec.labId}`);
			signal.throwIfAborted();
			const contents = spec.contents !== undefined && world.prepared.has(spec.contents) ? spec.contents : undefined;
			const lab = world.labs.get(spec.labId) ?? { spec, contents, made: new Set(), frozen: false, cold: false };
			world.labs.set(spec.labId, lab);
			for (const step of fakeSteps) {
				if (lab.made.has(step)) continue;
				onStep(step);
				// A turn of the event loop: callers see steps one by one and may abort between them.
				await new Promise((resolve) => setImmediate(resolve));
				if (world.stalls.has(step)) await untilAborted(signal);
				signal.throwIfAborted();
				const failure = world.failures.get(step);
				world.failures.delete(step);
				if (failure) throw failure;
				lab.made.add(step);
			}
			return environment(world, lab);
		},
		async prepare(_cluster, _signal, contents) {
			if (contents) world.prepared.add(contents.key);
		},
		toPrepare: async (wanted) => wanted.filter(({ contents }) => contents && !world.prepared.has(contents.key)),
		async judge({ contents = "" }, asPrepared) {
			world.calls.push(`judge ${contents} ${asPrepared}`);
		},
		async adopt(labId) {
			world.calls.push(`adopt ${labId}`);
			const lab = world.labs.get(labId);
			return lab && isWhole(lab) ? environment(world, lab) : undefined;
		},
		async list() {
			await world.onList?.();
			return [...world.labs.keys()].sort();
		},
		async destroy(labId) {
			world.calls.push(`destroy ${labId}`);
			await world.onDestroy?.(labId);
			world.labs.delete(labId);
		},
		neededBytes,
		async grant(labs) {
			world.granted = labs;
		},
		async memory() {
			const labs = Object.fromEntries(
				[...world.labs].map(([labId, { spec, cold }]) => [labId, cold ? 64 * 1024 ** 2 : neededBytes(spec.cluster)]),
			);
			return { mostBytes: world.memoryBytes, totalBytes: world.memoryBytes, others: { other: world.othersBytes }, labs };
		},
		coldRoom: async (cluster) =>
			world.freeSwapBytes === null
				? null
				: { memoryBytes: cluster.nodes * 64 * 1024 ** 2, swapBytes: cluster.nodes * 960 * 1024 ** 2, freeSwapBytes: world.freeSwapBytes },
		close: async () => {},
	};
}

function environment(world: FakeWorld, lab: FakeLab): LabEnvironment {
	const { labId, cluster } = lab.spec;
	const nodes = Array.from({ length: cluster.nodes }, (_, index) => `${labId}-node${index}`);

	function present(): void {
		if (world.labs.get(labId) !== lab) throw new AppError("lab-gone", `Lab ${labId} has been removed.`);
	}

	async function run(custom: FakeWorld["onExec"], user: string, command: readonly string[], options: ExecOptions): Promise<ExecResult> {
		present();
		options.signal?.throwIfAborted();
		if (command[0] === "sleep" && Number(command[1]) * 1000 > options.timeoutMs) {
			throw new AppError("command-timeout", `${command.join(" ")} … did not end within ${options.timeoutMs / 1000} s`);
		}
		return (await custom?.(labId, command, options)) ?? answer(lab, user, command, options);
	}

	return {
		labId,
		admin: new KubeConfig(),
		nodes,
		contents: lab.contents,
		kubectl: (args, options) => run(world.onKubectl, "admin", args, options),
		exec: (command, options) => run(world.onExec, "learner", command, options),
		async nodeExec(node, command, options) {
			if (!nodes.includes(node)) throw new AppError("no-such-node", `${node} is no node of lab ${labId}.`);
			return run(world.onNodeExec, "root", command, options);
		},
		shell: ({ shellId, fromOffset, create }) => ({ file: "false", args: [labId, shellId, String(fromOffset), String(create)] }),
		async closeShell(shellId) {
			world.calls.push(`closeShell ${labId} ${shellId}`);
		},
		async grant(access, files, signal) {
			signal.throwIfAborted();
			present();
			world.calls.push(`grant ${labId} ${access.namespaces.join(" ")}`);
			lab.spec = { ...lab.spec, access, files: { ...lab.spec.files, ...files } };
		},
		async probe(probes, signal) {
			signal?.throwIfAborted();
			present();
			return probes.map((probe, index): ProbeResult => {
				const outcome = "podUid" in probe.from ? "no-vantage" : "answered";
				return { id: String(index), outcome, detail: "", durationMs: 1, ...world.onProbe?.(labId, probe) };
			});
		},
		async freeze() {
			present();
			world.calls.push(`freeze ${labId}`);
			await world.onFreeze?.(labId);
			lab.frozen = true;
		},
		async reclaim(signal) {
			present();
			world.calls.push(`reclaim ${labId}`);
			await world.onReclaim?.(labId, signal);
			signal.throwIfAborted();
			if (!lab.frozen) throw new AppError("not-reclaimed", "Only a frozen lab is moved to swap.");
			lab.cold = true;
		},
		usage: async () => ({ memoryBytes: (lab.cold ? 64 : 1024) * 1024 ** 2, swapBytes: lab.cold ? 960 * 1024 ** 2 : 0, cpuMs: 0 }),
		async thaw() {
			present();
			world.calls.push(`thaw ${labId}`);
			lab.frozen = false;
			lab.cold = false;
		},
		hold: async () => void world.calls.push(`hold ${labId}`),
		release: async () => void world.calls.push(`release ${labId}`),
	};
}

function neededBytes({ nodes }: Pick<ClusterSpec, "nodes">): number {
	return nodes * 1024 ** 3;
}

function untilAborted(signal: AbortSignal): Promise<never> {
	const { promise, reject } = Promise.withResolvers<never>();
	if (signal.aborted) reject(signal.reason);
	signal.addEventListener("abort", () => reject(signal.reason), { once: true });
	return promise;
}
