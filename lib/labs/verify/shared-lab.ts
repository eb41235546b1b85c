import type { Clock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { ClusterSpec, LabEnvironment, LabProvider, LearnerAccess, StepContext } from "../../providers/provider.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import { type LabRecord, recordLab, resetLab } from "../reset/reset.ts";

/** One cluster that proofs of a topology use one after the other. */
export interface SharedLab {
	/** A lab as new for the instance: nothing of the run before it is left. */
	fresh(instance: ScenarioInstance): Promise<LabEnvironment>;
	/** Remembers the lab as it is now, until the next fresh one. */
	keep(): Promise<void>;
	/** The lab as it was kept; undefined where it can't be had, and a fresh one must do. */
	again(): Promise<LabEnvironment | undefined>;
	/** Removes the cluster; never rejects. */
	close(): Promise<void>;
}

interface SharedLabOptions {
	provider: LabProvider;
	cluster: ClusterSpec;
	context: StepContext;
	clock: Clock;
	log: Logger;
}

const nobody: LearnerAccess = { namespaces: [], clusterRules: [], clusterDns: false, ingressController: false, hostPorts: [] };

interface Made {
	labId: string;
	environment: LabEnvironment;
	/** Before anybody was granted anything. */
	bare: LabRecord;
	/** As the learner of one instance gets it. */
	granted: { key: string; record: LabRecord } | undefined;
	kept: LabRecord | undefined;
}

/** Makes the cluster when it is first needed, and anew whenever a reset has left anything behind. */
export function createSharedLab({ provider, cluster, context, clock, log }: SharedLabOptions): SharedLab {
	const { signal } = context;
	let made: Made | undefined;
	/** Known before the cluster is whole, so that half of one is removed too. */
	let labId: string | undefined;

	async function make(): Promise<Made> {
		labId = newId();
		context.onStep("making a cluster");
		const environment = await provider.create(
			{ labId, cluster, access: nobody, files: {} },
			{ signal, onStep: (step) => log.debug({ step }, "verify") },
		);
		made = { labId, environment, bare: await recordLab(environment, signal, clock), granted: undefined, kept: undefined };
		return made;
	}

	/** @returns whether the lab is as recorded */
	async function reset(lab: Made, record: LabRecord): Promise<boolean> {
		const onStep = (step: string) => log.debug({ step }, "verify");
		const { left, found, durationMs } = await resetLab(lab.environment, record, { signal, onStep }, clock);
		const seconds = (durationMs / 1000).toFixed(1);
		if (left.length === 0) {
			context.onStep(`reset in place: ${found} differences gone in ${seconds} s, the census is clean`);
			return true;
		}
		const said = left.slice(0, 3).map(({ where, what }) => `${where}: ${what}`);
		context.onStep(`the census is not clean after ${seconds} s, a new cluster is made: ${said.join("; ")}`);
		log.warn({ left }, "a reset was not clean");
		await close();
		return false;
	}

	async function close(): Promise<void> {
		const id = labId;
		made = undefined;
		labId = undefined;
		if (id) await provider.destroy(id).catch((error) => log.error({ err: error, labId: id }, "a lab of verify could not be removed"));
	}

	return {
		close,
		async keep() {
			if (made) made.kept = await recordLab(made.environment, signal, clock);
		},
		async again() {
			const lab = made;
			return lab?.kept && (await reset(lab, lab.kept)) ? lab.environment : undefined;
		},
		async fresh(instance) {
			const key = `${instance.slug}/${instance.seed}`;
			if (made) made.kept = undefined;
			if (made?.granted?.key === key) {
				if (await reset(made, made.granted.record)) return made.environment;
			} else if (made?.granted) {
				await reset(made, made.bare);
			}
			const lab = made ?? (await make());
			await lab.environment.grant(instance.access, instance.files, signal);
			lab.granted = { key, record: await recordLab(lab.environment, signal, clock) };
			return lab.environment;
		},
	};
}
