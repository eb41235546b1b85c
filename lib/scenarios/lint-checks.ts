import type { CheckOf, Vantage, WorkloadRef } from "./check-schema.ts";
import type { ScenarioInstance } from "./instance.ts";
import type { KubeObject } from "./manifests.ts";
import { type ObjectKind, objectKinds } from "./object-kinds.ts";
import { didYouMean } from "./suggest.ts";

type Path = (string | number)[];
interface Lint {
	/** Adds a problem of `scenario.yaml`. */
	spec(path: Path, message: string, mend?: string): void;
	/** Adds a problem where the baseline has no such object. */
	need(path: Path, target: string, namespace?: string): KubeObject | undefined;
}

/** What objectives speak of exists, and a table can be judged. */
export function lintChecks(instance: ScenarioInstance, lint: Lint): void {
	const { spec, need } = lint;
	const needWorkload = (path: Path, reference: WorkloadRef) => need(path, targetOf(reference), reference.namespace);
	const needVantage = (path: Path, from: Vantage) => {
		if (typeof from === "object" && "deployment" in from) need(path, `deployment/${from.deployment}`, from.namespace);
	};
	for (const [index, { check }] of instance.objectives.entries()) {
		const path = ["objectives", index, "check"];
		if ("from" in check) needVantage([...path, "from"], check.from);
		if (check.type === "object") lintObject(check, path, lint);
		if (check.type === "matrix") {
			for (const [id, from] of Object.entries(check.sources)) needVantage([...path, "sources", id], from);
			lintMatrix(check, path, lint);
		}
		if ("backend" in check) needWorkload([...path, "backend"], check.backend);
		if (check.type === "http") {
			for (const backend of check.backends ?? []) needWorkload([...path, "backends"], backend);
			lintHttp(check, path, lint);
		}
		if (check.type === "dns" && check.answers && !Array.isArray(check.answers))
			need([...path, "answers"], `service/${check.answers.service}`, check.answers.namespace);
		if (check.type === "dns" && check.endpointsOf) {
			need([...path, "endpointsOf"], `service/${check.endpointsOf.service}`, check.endpointsOf.namespace);
			if (check.sampling) spec([...path, "sampling"], "endpoints asked directly must all be right: nothing of them is sampled");
		}
		if (check.type === "endpoints") {
			const service = need([...path, "service"], `service/${check.service}`, check.namespace);
			const ports = (service?.spec?.ports ?? []) as { name?: string; port: number }[];
			if (service && !ports.some((port) => port.port === check.port || port.name === check.port)) {
				spec([...path, "port"], `service/${check.service} has no port ${check.port}`);
			}
		}
	}
}

function lintHttp(check: CheckOf<"http">, path: Path, { spec }: Lint): void {
	if (check.certificate && !check.url.startsWith("https://")) spec([...path, "certificate"], "only an https:// URL has a certificate");
	if (check.distribution && check.sampling) spec([...path, "sampling"], "shares are judged with their own samples");
	const known = (check.backends ?? []).map(targetOf);
	for (const [at, { backend, atLeast, atMost }] of (check.distribution ?? []).entries()) {
		if (!known.includes(targetOf(backend))) spec([...path, "distribution", at], `${targetOf(backend)} is not among the backends`);
		if (atLeast >= atMost) spec([...path, "distribution", at], "atLeast must be below atMost");
	}
}

function targetOf(reference: WorkloadRef): string {
	if ("deployment" in reference) return `deployment/${reference.deployment}`;
	return "statefulSet" in reference ? `statefulset/${reference.statefulSet}` : `daemonset/${reference.daemonSet}`;
}

/** The object exists, its kind is one that is looked at, and something is asked of the field. */
function lintObject(check: CheckOf<"object">, path: Path, { spec, need }: Lint): void {
	const kind = check.target.split("/")[0] ?? "";
	if (!objectKinds.includes(kind as ObjectKind))
		spec([...path, "target"], `no field of a ${kind} can be asked`, didYouMean(kind, objectKinds));
	else need([...path, "target"], check.target, check.namespace);
	if (check.equals === undefined && check.atLeast === undefined && !check.absent)
		spec(path, "nothing is asked of the field: say equals, atLeast or absent");
}

/** Names of cells exist, and every denied cell has the two controls without which it proves nothing. */
function lintMatrix(check: CheckOf<"matrix">, path: Path, { spec }: Lint): void {
	for (const [id, from] of Object.entries(check.sources)) {
		if (typeof from === "object" && "node" in from) spec([...path, "sources", id], "a node is no source: policies do not hold for it");
	}
	for (const list of ["allow", "deny"] as const) {
		for (const [at, { from, to }] of check[list].entries()) {
			if (!check.sources[from]) spec([...path, list, at, "from"], `no source "${from}"`, didYouMean(from, Object.keys(check.sources)));
			for (const id of to.filter((id) => !check.destinations[id]))
				spec([...path, list, at, "to"], `no destination "${id}"`, didYouMean(id, Object.keys(check.destinations)));
		}
	}
	const allowed = check.allow.flatMap(({ from, to }) => to.map((destination) => ({ from, destination })));
	for (const [at, { from, to }] of check.deny.entries()) {
		for (const destination of to) {
			const where = [...path, "deny", at, "to"];
			const cell = `${from} → ${destination}`;
			if (allowed.some((other) => other.from === from && other.destination === destination))
				spec(where, `${cell} is both allowed and denied`);
			else if (!allowed.some((other) => other.destination === destination))
				spec(where, `${cell} is denied, but no source is allowed there: a closed port would look the same`);
			if (!allowed.some((other) => other.from === from && other.destination !== destination))
				spec(where, `${cell} is denied, but ${from} is allowed nowhere else: a source without network would look the same`);
		}
	}
}
