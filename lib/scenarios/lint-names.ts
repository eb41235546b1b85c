import type { ScenarioInstance } from "./instance.ts";
import { lintChecks } from "./lint-checks.ts";
import { lintGuards } from "./lint-guards.ts";
import { findObject, type KubeObject } from "./manifests.ts";
import type { AddProblem } from "./problem.ts";
import { header } from "./scripts.ts";
import type { YamlSource } from "./source.ts";
import { isStockObject } from "./stock-objects.ts";
import { didYouMean } from "./suggest.ts";

/** Every name that `scenario.yaml` and the scripts speak of exists, ids are unique, points add up. */
export function lintNames(instance: ScenarioInstance, source: YamlSource, add: AddProblem): void {
	const spec = (path: (string | number)[], message: string, mend?: string) => add("scenario.yaml", source.lineOf(path), message, mend);
	const objects = instance.baselineObjects;
	const need = (path: (string | number)[], target: string, namespace = instance.namespace): KubeObject | undefined => {
		if (isStockObject(target, namespace)) return undefined;
		const found = findObject(objects, target, namespace);
		const [kind] = target.split("/");
		const names = objects.filter(({ object }) => object.kind.toLowerCase() === kind).map(({ object }) => `${kind}/${object.metadata.name}`);
		if (!found) spec(path, `the baseline has no ${target} in namespace ${namespace}`, didYouMean(target, names));
		return found;
	};
	const ids = [...instance.objectives, ...instance.guards].map(({ id }) => id);
	for (const [list, entries] of Object.entries({ objectives: instance.objectives, guards: instance.guards })) {
		for (const [index, { id }] of entries.entries()) {
			const earlier = ids.indexOf(id) < (list === "guards" ? instance.objectives.length + index : index);
			if (earlier) spec([list, index, "id"], `the id "${id}" is used twice`);
		}
	}
	const points = instance.objectives.reduce((sum, objective) => sum + objective.points, 0);
	if (points !== 100) spec(["objectives"], `the points add up to ${points}, not to 100`);

	lintChecks(instance, { spec, need });
	lintGuards(instance, spec);
	for (const [index, name] of instance.fault.breaks.entries()) {
		if (!instance.objectives.some(({ id }) => id === name)) {
			spec(
				["fault", "breaks", index],
				`no objective "${name}"`,
				didYouMean(
					name,
					instance.objectives.map(({ id }) => id),
				),
			);
		}
	}
	for (const objective of instance.objectives) {
		const broken = instance.fault.breaks.includes(objective.id);
		if (!broken && objective.points > 0) {
			spec(
				["objectives", instance.objectives.indexOf(objective), "points"],
				`"${objective.id}" is not broken by the fault, so it earns 0 points`,
			);
		}
	}
	for (const [index, step] of instance.fault.steps.entries()) {
		const path = ["fault", "steps", index];
		const file = "apply" in step ? step.apply : "patch" in step ? step.patch : undefined;
		if (file !== undefined && step.text === "") spec(path, `missing file ${file}`);
		const target = "patch" in step ? step.target : "delete" in step ? step.delete : "restart" in step ? step.restart : undefined;
		if (target) need(path, target, "namespace" in step ? step.namespace : undefined);
	}
	if (!instance.diagnosis.answers.some((answer) => answer.correct)) spec(["diagnosis", "answers"], "no answer is marked correct");
	for (const script of instance.wrong) {
		if (script.fails && !ids.includes(script.fails)) {
			add(
				`wrong/${script.name}`,
				header(script.text, "fails")?.line ?? 1,
				`no objective or guard "${script.fails}"`,
				didYouMean(script.fails, ids),
			);
		}
	}
}
