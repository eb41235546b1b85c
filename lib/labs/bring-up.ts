import { AppError, toErrorBody } from "../core/errors.ts";
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

export interface BringUpOptions {
	record: LabRecord;
	scenario: ScenarioInstance;
	provider: LabProvider;
	steps: ScenarioSteps;
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
	const environment = await provider.create(
		{ labId: record.environmentId, cluster: scenario.cluster, access: scenario.access, files: scenario.files },
		context,
	);
	if (state === "provisioning") {
		await steps.applyBaseline(environment, scenario, context);
		await steps.proveHealthy(environment, scenario, context);
		await options.move("baseline-proven");
		state = "healthy";
	}
	if (state === "healthy") {
		await steps.applyFault(environment, scenario, context);
		await steps.proveFault(environment, scenario, context);
		await options.keepFault(await steps.snapshot(environment, signal));
		await options.move("fault-proven");
	}
	return environment;
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
