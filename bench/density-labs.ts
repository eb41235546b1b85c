import { readFile } from "node:fs/promises";
import { systemClock as clock } from "../lib/core/clock.ts";
import { newId } from "../lib/core/ids.ts";
import { parseSwap } from "../lib/core/swap.ts";
import { reproveFault } from "../lib/labs/steps/reprove.ts";
import { scenarioSteps } from "../lib/labs/steps/scenario-steps.ts";
import type { Contents, LabEnvironment, LabProvider, LabUsage } from "../lib/providers/provider.ts";
import type { ScenarioInstance } from "../lib/scenarios/instance.ts";

/**
 * Makes a lab up to the proven fault, as the engine does.
 * @param contents of a prepared cluster that holds the fault already; steps are taken where there is none
 * @returns it, and how long that took
 */
export async function makeLab(
	provider: LabProvider,
	scenario: ScenarioInstance,
	signal: AbortSignal,
	contents?: Contents,
): Promise<{ environment: LabEnvironment; seconds: number }> {
	const context = { signal, onStep: () => {} };
	const { cluster, access, files } = scenario;
	const startedAt = performance.now();
	const environment = await provider.create({ labId: newId(), cluster, access, files, contents: contents?.key }, context);
	if (contents && environment.contents === contents.key) {
		await reproveFault(environment, scenario, context, clock);
	} else {
		await scenarioSteps.applyBaseline(environment, scenario, context);
		await scenarioSteps.proveHealthy(environment, scenario, context);
		await scenarioSteps.applyFault(environment, scenario, context);
		await scenarioSteps.proveFault(environment, scenario, context);
	}
	return { environment, seconds: (performance.now() - startedAt) / 1000 };
}

/** Wakes a frozen lab and proves its fault again, as a claim does. @returns seconds */
export async function claimLab(environment: LabEnvironment, scenario: ScenarioInstance, signal: AbortSignal): Promise<number> {
	const startedAt = performance.now();
	await environment.thaw();
	await reproveFault(environment, scenario, { signal, onStep: () => {} }, clock);
	return (performance.now() - startedAt) / 1000;
}

/** Nodes that say they are not ready, and containers that were restarted: none, as long as waking is seamless. */
export async function trouble(environment: LabEnvironment): Promise<string[]> {
	const ask = async (args: string[]) => (await environment.kubectl(args, { timeoutMs: 30_000 })).stdout;
	const [nodes, pods] = await Promise.all([
		ask(["get", "nodes", "-o", `jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}`]),
		ask(["get", "pods", "-A", "-o", `jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[*].restartCount}{"\\n"}{end}`]),
	]);
	const notReady = nodes.split("\n").filter((line) => line !== "" && line !== "True");
	return [...notReady.map((status) => `node Ready: ${status}`), ...pods.split("\n").filter((line) => / .*[1-9]/.test(line))];
}

/** What labs have taken of the processors in some seconds, as a share of one. */
export async function cpuShare(labs: readonly LabEnvironment[], seconds: number, signal: AbortSignal): Promise<number> {
	const sum = async () => (await Promise.all(labs.map((lab) => lab.usage()))).reduce((total, { cpuMs }) => total + cpuMs, 0);
	const before = await sum();
	const startedAt = performance.now();
	await clock.sleep(seconds * 1000, signal);
	return ((await sum()) - before) / (performance.now() - startedAt);
}

export interface HostFigures {
	availableBytes: number;
	freeSwapBytes: number;
	totalSwapBytes: number;
}

export async function readHost(): Promise<HostFigures> {
	const [meminfo, swaps] = await Promise.all(["/proc/meminfo", "/proc/swaps"].map((file) => readFile(file, "utf8")));
	const swap = parseSwap(meminfo ?? "", swaps ?? "");
	const availableBytes = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo ?? "")?.[1] ?? 0) * 1024;
	return { availableBytes, freeSwapBytes: swap.freeBytes, totalSwapBytes: swap.totalBytes };
}

export async function usages(labs: readonly LabEnvironment[]): Promise<LabUsage[]> {
	return Promise.all(labs.map((lab) => lab.usage()));
}
