import { AppError, toErrorBody } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { ClusterView } from "../grading/cluster-view.ts";
import type { LabEnvironment, LabProvider, StepContext } from "../providers/provider.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { LabEvent } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";

/** The steps of a scenario on a cluster; each is idempotent. */
export interface ScenarioSteps {
	applyBaseline(environment: LabEnvironment, scenario: ScenarioInstance, context: StepContext): Promise<void>;
	proveHealthy(environment: LabEnvironment, scenario: ScenarioInstance, context: StepContext): Promise<void>;
	applyFault(environment: LabEnvironment, scenario: ScenarioInstance, context: StepContext): Promise<void>;
	proveFault(environment: LabEnvironment, scenario: ScenarioInstance, context: StepContext): Promise<void>;
	/** The cluster as it is now. */
	snapshot(environment: LabEnvironment, signal: AbortSignal): Promise<ClusterView>;
}

/** Proves again, and quickly, what was proven of the same cluster before. */
export type Reprove = ScenarioSteps["proveFault"];

export interface BringUpOptions {
	record: LabRecord;
	scenario: ScenarioInstance;
	provider: LabProvider;
	steps: ScenarioSteps;
	reproveFault: Reprove;
	/** Key of the variant, broken: a cluster that starts so needs no steps. Undefined where it must see the fault come. */
	contents: string | undefined;
	log: Logger;
	signal: AbortSignal;
	/** Changes the state in the store; false where somebody else has changed it meanwhile. */
	move(event: LabEvent): Promise<void>;
	/** Keeps the cluster as the fault left it. */
	keepFault(view: ClusterView): Promise<void>;
	onStage(name: string): void;
}

/**
 * Brings a lab from wherever it is (`requested` … `faulted`) to `faulted`, going on after a crash at any point.
 * @throws AppError of the step that failed, with its name in the message's place for the page: {@link failureOf}
 */
export async function bringUp(options: BringUpOptions): Promise<LabEnvironment> {
	const { record, scenario, provider, steps, signal } = options;
	const context = { signal, onStep: options.onStage };
	let state = record.state;
	if (state === "requested") {
		await options.move("provision");
		state = "provisioning";
	}
	const { cluster, access, files } = scenario;
	const spec = { labId: record.environmentId, cluster, access, files };
	let environment = await provider.create({ ...spec, contents: options.contents }, context);
	let broken = false;
	if (environment.contents !== undefined && (state === "provisioning" || state === "healthy")) {
		const { contents } = environment;
		broken = contents === options.contents && (await isBroken(environment, options));
		if (contents === options.contents) await provider.judge({ cluster, access, contents }, broken);
		if (!broken && state === "provisioning") {
			await provider.destroy(record.environmentId);
			environment = await provider.create(spec, context);
		}
	}
	if (state === "provisioning") {
		if (!broken) {
			await steps.applyBaseline(environment, scenario, context);
			await steps.proveHealthy(environment, scenario, context);
		}
		await options.move("baseline-proven");
		state = "healthy";
	}
	if (state === "healthy") {
		if (!broken) {
			await steps.applyFault(environment, scenario, context);
			await steps.proveFault(environment, scenario, context);
		}
		await options.keepFault(await steps.snapshot(environment, signal));
		await options.move("fault-proven");
	}
	return environment;
}

/** Whether a lab that started broken, as a cluster that was proven is, shows it: twice in a row, as a fault that was put in. */
async function isBroken(environment: LabEnvironment, { scenario, reproveFault, signal, log, onStage }: BringUpOptions): Promise<boolean> {
	onStage("Proving that it is broken as the ticket says");
	const context = { signal, onStep: () => {} };
	try {
		await reproveFault(environment, scenario, context);
		await reproveFault(environment, scenario, context);
		return true;
	} catch (error) {
		signal.throwIfAborted();
		log.warn({ err: error, lab: environment.labId }, "a lab that was prepared broken is not as it was proven; it is made the longer way");
		return false;
	}
}

/** What the page says of a lab that failed at a stage. */
export function failureOf(error: unknown, step: string): NonNullable<LabRecord["failure"]> {
	const body = toErrorBody(error);
	return {
		...body,
		step,
		mend: body.mend ?? (error instanceof AppError && error.retryable ? "Try again." : "Reset the lab to try again."),
	};
}
