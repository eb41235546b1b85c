import type { FaultStep, ScenarioInstance } from "../../scenarios/instance.ts";
import { partsOf } from "../../scenarios/parts.ts";
import { type FixScript, header } from "../../scenarios/scripts.ts";

/** What is done besides, or instead of, running an accepted fix. */
export type MutantAct =
	| { do: "leave-out"; text: string }
	| { do: "restart" }
	| { do: "recreate" }
	| { do: "fault-steps"; steps: number[] }
	| { do: "revert" };

/** What must come of it: a repair, any failure, or the fault's own symptom. */
export type MutantOutcome = "repair" | "fail" | "fault";

export interface Mutant {
	name: string;
	act: MutantAct;
	outcome: MutantOutcome;
	/** Why that is the right verdict, in words. */
	why: string;
}

/**
 * Derives the mutants of an accepted fix: those that keep a repaired system repaired, each on top of the one before, and at
 * last the fault again; and those that need a fault of their own.
 */
export function mutantsOf(instance: ScenarioInstance, fix: FixScript): { chained: Mutant[]; apart: Mutant[] } {
	const of = (what: string) => `${fix.name} ${what}`;
	const steps = faultSteps(instance, fix);
	return {
		chained: [
			...steps.filter(({ outcome }) => outcome === "repair"),
			{
				name: of("+ every pod deleted, rolled out"),
				act: { do: "restart" },
				outcome: "repair",
				why: "A repair is in the objects, not in pods: new ones must serve as well.",
			},
			{
				name: of("+ Deployments and Services made anew"),
				act: { do: "recreate" },
				outcome: "repair",
				why: "The same objects under new uids and addresses are the same application.",
			},
			{
				name: of("then reverted"),
				act: { do: "revert" },
				outcome: "fault",
				why: "Every object is again as the fault left it: the symptom must be back, whatever was repaired in between.",
			},
		],
		apart: [...leftOut(fix), ...steps.filter(({ outcome }) => outcome === "fail")],
	};
}

function leftOut(fix: FixScript): Mutant[] {
	const { preamble, parts } = partsOf(fix.text);
	if (parts.length < 2) return [];
	return parts.map(({ name, optional }, index) => ({
		name: `${fix.name} without "${name}"`,
		act: { do: "leave-out", text: [preamble, ...parts.filter((_, other) => other !== index).map(({ text }) => text)].join("\n") },
		outcome: optional === undefined ? "fail" : "repair",
		why: optional ?? `"${name}" is a needed part of this fix: without it the system is repaired in part only.`,
	}));
}

/**
 * What breaks by itself is put back alone; what does no harm, all of it at once: one that did would show. A fix on the other
 * side may outlive the fault put back: its header `# withstands: <reason>` says so.
 */
function faultSteps(instance: ScenarioInstance, fix: FixScript): Mutant[] {
	const { steps } = instance.fault;
	if (steps.length < 2) return [];
	const withstands = header(fix.text, "withstands")?.value;
	const judged = steps.map((step, index) => ({ step, index, harmless: step.alone === "breaks" ? withstands : step.alone.harmless }));
	const harmless = judged.filter((one) => one.harmless !== undefined);
	const breaking = judged.filter((one) => one.harmless === undefined);
	const together: Mutant = {
		name: `${fix.name} + fault steps that do no harm (${harmless.map(({ step }) => stepInWords(step)).join(", ")})`,
		act: { do: "fault-steps", steps: harmless.map(({ index }) => index) },
		outcome: "repair",
		why: [...new Set(harmless.map((one) => one.harmless))].join(" "),
	};
	return [
		...(harmless.length > 0 ? [together] : []),
		...breaking.map(
			({ step, index }): Mutant => ({
				name: `${fix.name} + fault step ${index + 1} (${stepInWords(step)})`,
				act: { do: "fault-steps", steps: [index] },
				outcome: "fail",
				why: "This step of the fault breaks something by itself: with it put back the system is not whole.",
			}),
		),
	];
}

export function stepInWords(step: FaultStep): string {
	if ("apply" in step) return `apply ${step.apply}`;
	if ("patch" in step) return `patch ${step.target}`;
	if ("delete" in step) return `delete ${step.delete}`;
	if ("restart" in step) return `restart ${step.restart}`;
	return `${step.node} on ${step.on}`;
}

export const outcomeInWords = (outcome: MutantOutcome, breaks: readonly string[]): string =>
	outcome === "repair" ? "repair" : outcome === "fail" ? "fail" : `${breaks.join(", ")} fail, the others pass`;
