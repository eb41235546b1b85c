import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock as clock } from "../lib/core/clock.ts";
import { readHostManifest } from "../lib/core/host.ts";
import { newId } from "../lib/core/ids.ts";
import { hostReserveBytes } from "../lib/core/lab-memory.ts";
import { createLogger } from "../lib/core/log.ts";
import { contentsOf } from "../lib/labs/contents.ts";
import { scenarioSteps } from "../lib/labs/steps/scenario-steps.ts";
import { versionOf } from "../lib/labs/version.ts";
import { createKindProvider } from "../lib/providers/kind/kind-provider.ts";
import type { LabEnvironment, LabProvider } from "../lib/providers/provider.ts";
import { loadCatalogue } from "../lib/scenarios/catalogue.ts";
import type { BenchOptions } from "./bench-lab.ts";
import { claimLab, cpuShare, makeLab, readHost, trouble, usages } from "./density-labs.ts";
import { atLeast, atMost, type Figure, quantile, told } from "./figure.ts";

const slug = "broken-selector";
const MiB = 1024 * 1024;
const GiB = 1024 * MiB;
/** Long against the seconds at which kubelet and control plane look around. */
const watchSeconds = 30;
/** Of a lab that was just made: what it does only once is over. */
const settleMs = 20_000;
/** For the next lab that is made, and the bench itself; what is over goes to swap. */
const keptFreeBytes = 3 * GiB;
/** Issue 5's goal. */
const goal = { labs: 200, hostBytes: 24 * GiB };

/**
 * What labs cost that are kept ready: memory and processor time running, frozen, and frozen in swap; how soon they are
 * a learner's; how many fit. One kind of lab (one node), all clones; B is the same lab made by `kind create cluster`, once.
 * @param options.labs how many; without swap they must fit into memory
 */
export async function benchDensity(options: BenchOptions & { cacheDir: string; labs: number }): Promise<Figure[]> {
	const { signal, onStep } = options;
	const host = await readHostManifest(options.dataDir);
	const dataDir = await mkdtemp(join(tmpdir(), "faultline-bench-"));
	const log = createLogger("bench", process.env.FAULTLINE_LOG ?? "error");
	const catalogue = await loadCatalogue(join(import.meta.dirname, "..", "scenarios"));
	const scenario = catalogue.instantiate(slug, 1);
	const open = (goldenDir?: string): LabProvider => createKindProvider({ dataDir, instanceId: newId(), host, goldenDir, log, clock });
	const byKind = open();
	const cloning = open(join(options.cacheDir, "golden"));
	const labs: LabEnvironment[] = [];
	const inSwap = new Set<string>();
	const reclaimSeconds: number[] = [];
	const hasSwap = (await cloning.coldRoom(scenario.cluster)) !== null;
	let hotBytes = 0;
	try {
		onStep("B: one lab by kind");
		const first = await makeLab(byKind, scenario, signal);
		await byKind.destroy(first.environment.labId);
		onStep("Preparing the clusters that are cloned");
		const contents = contentsOf(scenario, versionOf(catalogue, slug, cloning.madeOf), scenarioSteps);
		await cloning.prepare(scenario.cluster, signal);
		await cloning.prepare(scenario.cluster, signal, contents);

		const empty = await readHost();
		const running: number[] = [];
		let runningCpu = 0;
		for (let n = 1; n <= options.labs; n += 1) {
			onStep(`Making ${n} of ${options.labs}`);
			const { environment } = await makeLab(cloning, scenario, signal, contents);
			labs.push(environment);
			if (n === 1) {
				await clock.sleep(settleMs, signal);
				onStep(`How much an idle lab runs, in ${watchSeconds} s`);
				runningCpu = await cpuShare(labs, watchSeconds, signal);
			}
			running.push((await environment.usage()).memoryBytes);
			await environment.freeze();
			const { availableBytes } = await readHost();
			if (inSwap.size === 0) hotBytes = (empty.availableBytes - availableBytes) / n;
			const oldest = labs.find(({ labId }) => !inSwap.has(labId));
			if (availableBytes < keptFreeBytes && oldest && hasSwap) await toSwap(oldest);
		}

		onStep(`How much frozen labs run, in ${watchSeconds} s`);
		const frozenCpu = (await cpuShare(labs, watchSeconds, signal)) / labs.length;
		const hotSeconds = await claimAll("memory", (lab) => !inSwap.has(lab.labId));
		const b = first.seconds;
		const cold = hasSwap ? await coldFigures(b) : [];
		return [
			told("labs", labs.length, "labs"),
			told("B: made by kind, once", b, "s"),
			told("a running lab's control groups, median", quantile(running, 0.5) / MiB, "MiB"),
			told("memory of the host for one frozen lab", hotBytes / MiB, "MiB"),
			atMost("processor time of a frozen lab / of an idle running one", frozenCpu / runningCpu, "ratio", 0.02),
			told("an idle running lab's share of one processor", runningCpu, "ratio"),
			told("claim from memory / B, median", quantile(hotSeconds, 0.5) / b, "ratio"),
			told("room for frozen labs in memory, besides what ran before", roomIn(empty.availableBytes, hotBytes), "labs"),
			...cold,
			told("programs that wanted a core at the end, for each core", (loadavg()[0] ?? 0) / availableParallelism(), "ratio"),
		];
	} finally {
		for (const provider of [byKind, cloning]) {
			for (const labId of await provider.list()) await provider.destroy(labId);
			await provider.close();
		}
		await rm(dataDir, { recursive: true, force: true });
	}

	async function toSwap(lab: LabEnvironment): Promise<void> {
		const startedAt = performance.now();
		await lab.reclaim(signal);
		inSwap.add(lab.labId);
		reclaimSeconds.push((performance.now() - startedAt) / 1000);
	}

	/** Claims one after another, and freezes each again. */
	async function claimAll(tier: string, which: (lab: LabEnvironment) => boolean = () => true): Promise<number[]> {
		const seconds: number[] = [];
		for (const [index, lab] of labs.filter(which).entries()) {
			onStep(`Claim from ${tier}: ${index + 1}`);
			seconds.push(await claimLab(lab, scenario, signal));
			for (const word of await trouble(lab)) onStep(`  not as it was: ${word}`);
			await lab.freeze();
		}
		return seconds;
	}

	async function coldFigures(b: number): Promise<Figure[]> {
		const before = await readHost();
		const warm = labs.filter(({ labId }) => !inSwap.has(labId));
		for (const [index, lab] of warm.entries()) {
			onStep(`To swap: ${index + 1} of ${warm.length}`);
			await toSwap(lab);
		}
		const after = await readHost();
		const left = (await usages(labs)).map(({ memoryBytes }) => memoryBytes);
		const coldBytes = quantile(left, 0.5);
		const swapBytes = (before.freeSwapBytes - after.freeSwapBytes) / warm.length;
		const claims = await claimAll("swap");
		return [
			told("moving one to swap, median", quantile(reclaimSeconds, 0.5), "s"),
			told("memory of one in swap, median", coldBytes / MiB, "MiB"),
			told("memory that the host gets back for one", (after.availableBytes - before.availableBytes) / warm.length / MiB, "MiB"),
			told("swap of one", swapBytes / MiB, "MiB"),
			atMost("claim from swap / B, median", quantile(claims, 0.5) / b, "ratio", 0.1),
			told("claim from swap / B, 95th percentile", quantile(claims, 0.95) / b, "ratio"),
			told("room for labs in this host's swap", Math.floor(after.totalSwapBytes / swapBytes), "labs"),
			atLeast(
				`ready labs on ${goal.hostBytes / GiB} GiB with swap enough, by these figures`,
				roomIn(goal.hostBytes, coldBytes),
				"labs",
				goal.labs,
			),
			told(`swap that ${goal.labs} would take`, (goal.labs * swapBytes) / GiB, "GiB"),
		];
	}
}

const roomIn = (bytes: number, perLab: number): number => Math.floor((bytes - hostReserveBytes) / perLab);
