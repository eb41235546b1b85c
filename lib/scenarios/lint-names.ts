import type { Vantage } from "./check-schema.ts";
import type { ScenarioInstance } from "./instance.ts";
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
	const needVantage = (path: (string | number)[], from: Vantage) => {
		if (typeof from === "object" && "deployment" in from) need(path, `deployment/${from.deployment}`, from.namespace);
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

	for (const [index, { check }] of instance.objectives.entries()) {
		const path = ["objectives", index, "check"];
		if ("from" in check) needVantage([...path, "from"], check.from);
		if (check.type === "object") need([...path, "target"], check.target, check.namespace);
		if (check.type === "matrix") {
			for (const [id, from] of Object.entries(check.sources)) needVantage([...path, "sources", id], from);
			for (const list of ["allow", "deny"] as const) {
				for (const [at, { from, to }] of check[list].entries()) {
					if (!check.sources[from]) spec([...path, list, at, "from"], `no source "${from}"`, didYouMean(from, Object.keys(check.sources)));
					for (const id of to.filter((id) => !check.destinations[id]))
						spec([...path, list, at, "to"], `no destination "${id}"`, didYouMean(id, Object.keys(check.destinations)));
				}
			}
		}
		if ("backend" in check) need([...path, "backend"], `deployment/${check.backend.deployment}`, check.backend.namespace);
		if (check.type === "http")
			for (const backend of check.backends ?? []) need([...path, "backends"], `deployment/${backend.deployment}`, backend.namespace);
		if (check.type === "dns" && check.answers && !Array.isArray(check.answers))
			need([...path, "answers"], `service/${check.answers.service}`, check.answers.namespace);
		if (check.type === "endpoints") {
			const service = need([...path, "service"], `service/${check.service}`, check.namespace);
			const ports = (service?.spec?.ports ?? []) as { name?: string; port: number }[];
			if (service && !ports.some((port) => port.port === check.port || port.name === check.port)) {
				spec([...path, "port"], `service/${check.service} has no port ${check.port}`);
			}
		}
	}
	for (const [index, { rule }] of instance.guards.entries()) {
		const path = ["guards", index, "rule"];
		if (rule.type === "app-kept") for (const name of rule.deployments) need([...path, "deployments"], `deployment/${name}`, rule.namespace);
		if (rule.type === "services-kept") for (const name of rule.services) need([...path, "services"], `service/${name}`, rule.namespace);
		if (rule.type === "object") need([...path, "target"], rule.target, rule.namespace);
	}
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
