import { AppError } from "../core/errors.ts";
import type { HostMemory, LabProvider } from "../providers/provider.ts";
import type { Catalogue } from "../scenarios/catalogue.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { type HostUse, hostUse } from "./host-use.ts";
import type { LabRecord } from "./lab-store.ts";
import { planQueue } from "./plan/plan-queue.ts";
import type { QueueAnswer } from "./plan/queue-types.ts";
import { type QueueFacts, queueFacts } from "./queue-input.ts";

export interface QueueLimits {
	/** Labs that one person may have open or wait for. */
	labsPerPerson: number;
	/** Labs that are made at once: more take longer each, and none is there sooner. */
	startsAtOnce: number;
}

export interface TurnPlan extends QueueFacts {
	answers: QueueAnswer[];
	use: HostUse;
}

interface TurnSight {
	now: number;
	memory: HostMemory;
	/** What a lab may come to take. */
	neededBytes: (record: LabRecord) => number;
	/** Whether a frozen lab of the pool is as one made now would be. */
	isSpare: (record: LabRecord) => boolean;
	limits: QueueLimits;
}

/** Who of those who wait may start, and by which lab of the pool. A pure function; @param records all labs, and one that is just being asked for */
export function planTurns(records: readonly LabRecord[], { now, memory, neededBytes, isSpare, limits }: TurnSight): TurnPlan {
	const use = hostUse(records, memory, neededBytes);
	const facts = queueFacts({ now, records, use, neededBytes, isSpare });
	const answers = planQueue({
		...{ now, ...facts, mostBytes: memory.mostBytes, memoryBytes: memory.totalBytes, poolBytes: use.poolBytes },
		useByInstance: { here: use.hereBytes, ...use.others },
		limits: { perPerson: limits.labsPerPerson, startsAtOnce: limits.startsAtOnce },
	});
	return { ...facts, answers, use };
}

/** What a lab may come to take, in bytes; of one that is no longer in the catalogue only what is on the host is known. */
export function neededBytesOf(record: LabRecord, catalogue: Catalogue, provider: Pick<LabProvider, "neededBytes">): number {
	const scenario = scenarioOf(record, catalogue);
	return scenario ? provider.neededBytes(scenario.cluster) : 0;
}

/** The variant of a lab; undefined where the catalogue has its scenario or its seed no longer, or can't play it as it is now. */
export function scenarioOf({ scenario, seed }: Pick<LabRecord, "scenario" | "seed">, catalogue: Catalogue): ScenarioInstance | undefined {
	try {
		return catalogue.instantiate(scenario, seed);
	} catch (error) {
		if (error instanceof AppError) return undefined;
		throw error;
	}
}
