import { systemClock } from "../../core/clock.ts";
import { readView } from "../../grading/kube-reader.ts";
import type { ScenarioSteps } from "../bring-up.ts";
import { applyBaseline } from "./baseline.ts";
import { applyFault } from "./fault.ts";
import { proveFault, proveHealthy } from "./prove.ts";

/** The steps from an empty cluster to a lab that shows its symptom; each may be repeated after a crash. */
export const scenarioSteps: ScenarioSteps = {
	applyBaseline: (environment, scenario, context) => applyBaseline(environment, scenario, context, systemClock),
	proveHealthy: (environment, scenario, context) => proveHealthy(environment, scenario, context, systemClock),
	applyFault,
	proveFault: (environment, scenario, context) => proveFault(environment, scenario, context, systemClock),
	snapshot: (environment, signal) => readView(environment.admin, signal),
};
