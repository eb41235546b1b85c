import type { V1NetworkPolicy } from "@kubernetes/client-node";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import type { ClusterView } from "../cluster-view.ts";
import { type Allowance, allowancesOf, isolates } from "../policy/allowances.ts";
import { carries, type EnvelopeItem, envelopeItems, means } from "../policy/envelope.ts";
import { exceeds, reachesNobody, type Surroundings, takenWorkloads } from "../policy/excess.ts";
import { constraintsOf, type Labels, notTaken, selects } from "../policy/label-selector.ts";
import { surroundings } from "../policy/surroundings.ts";
import { allowanceInWords, envelopeInWords, list, selectorInWords, subjectInWords } from "../policy/words.ts";
import type { LabelledWorkload } from "../policy/workloads.ts";
import { type Finding, finding } from "./finding.ts";
import type { GuardContext } from "./guard-context.ts";

/** Workloads that a message names before it says how many more there are. */
const mostNamed = 3;

type Rule = GuardRuleOf<"policy-envelope">;
/** The pods that an envelope is about: the label sets that they have or could have, as selectors see them. */
interface Subject {
	words: string;
	namespace: string;
	workloads: LabelledWorkload[];
	/** Undefined for pods that only labels describe: then every set that carries `given`. */
	labels?: Labels[];
	given: Labels;
}

/**
 * The pods are isolated in a direction, and all that policies together allow them lies within the envelope, for every pod,
 * namespace and address that could exist (design, rule 7). What counts as the envelope's workload is told at `isMeant`.
 * Two things exceed the envelope and are no finding: what reached nobody when the fault was in and reaches nobody now, and
 * an attempt at the right ports that reaches nobody (`reachesNobody`).
 */
export function policyEnvelope(rule: Rule, context: GuardContext): Finding {
	const { view, before, namespace: fallback } = context;
	const namespace = rule.of.namespace ?? fallback;
	const items = envelopeItems(rule.most, fallback);
	const around = surroundings(context, [namespace, ...items.map((item) => item.namespace)]);
	const subject = subjectOf(rule, namespace, around);
	if (!subject) return finding([`Deployment ${"deployment" in rule.of ? rule.of.deployment : ""} is gone`], "");

	const broken = onNodes(subject, context);
	const policies = policiesOf(view, namespace, rule);
	if (!isIsolated(subject, policies)) broken.push(`No NetworkPolicy isolates ${subject.words}: ${rule.direction} is not restricted at all`);
	const stale = before ? new Set(allowances(subject, policiesOf(before, namespace, rule), rule).map(key)) : new Set();
	const wide = allowances(subject, policies, rule).filter((allowance) => {
		const ownPorts = subject.workloads.flatMap(({ namedPorts }) => namedPorts);
		const question = { allowance, direction: rule.direction, items, ownPorts, around };
		if (!exceeds(question) || reachesNobody(question)) return false;
		const wasDead = allowance.peer.kind === "pods" && takenWorkloads(allowance, around).length === 0 && stale.has(key(allowance));
		return !wasDead;
	});
	const told = new Set(
		wide.map((allowance) => allowanceInWords(allowance, rule.direction, subject.words) + beside(allowance, items, around)),
	);
	if (told.size > 0) broken.push(`${[...told].join("; ")}; no more than ${envelopeInWords(items)} is needed`);
	return finding(broken, `policies let ${subject.words} ${rule.direction === "egress" ? "reach" : "be reached by"} no more than is needed`);
}

function subjectOf({ of }: Rule, namespace: string, { workloads }: Surroundings): Subject | undefined {
	const words = subjectInWords(of, namespace);
	if ("deployment" in of) {
		const workload = workloads.get(`Deployment/${namespace}/${of.deployment}`);
		if (!workload || workload.current.length === 0) return undefined;
		return { words, namespace, workloads: [workload], labels: workload.current, given: {} };
	}
	const inside = [...workloads.values()].filter(
		(workload) => workload.namespace === namespace && workload.current.some((labels) => carries(labels, of.pods)),
	);
	return { words, namespace, workloads: inside, given: of.pods };
}

function policiesOf(view: ClusterView, namespace: string, { direction }: Rule): V1NetworkPolicy[] {
	return view.networkPolicies.filter((policy) => policy.metadata?.namespace === namespace && isolates(policy, direction));
}

function isIsolated({ labels, given }: Subject, policies: readonly V1NetworkPolicy[]): boolean {
	if (labels) return labels.every((one) => policies.some((policy) => selects(policy.spec?.podSelector ?? {}, one)));
	return (
		notTaken(
			policies.map((policy) => policy.spec?.podSelector ?? {}),
			given,
		) === undefined
	);
}

function allowances(subject: Subject, policies: readonly V1NetworkPolicy[], { direction }: Rule): Allowance[] {
	const couldSelect = ({ spec }: V1NetworkPolicy) => {
		const selector = spec?.podSelector ?? {};
		if (subject.labels) return subject.labels.some((labels) => selects(selector, labels));
		const given = Object.entries(subject.given).map(([name, value]) => ({ key: name, operator: "In", values: [value] }));
		return constraintsOf({ ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...given] }) !== undefined;
	};
	return policies.filter(couldSelect).flatMap((policy) => allowancesOf(policy, direction));
}

/** Policies don't hold for pods in a node's own network: to move there is an escape. */
function onNodes({ workloads }: Subject, { baseline }: GuardContext): string[] {
	const wasThere = ({ kind, name, namespace }: LabelledWorkload) =>
		baseline.some(({ object }) => {
			const { template, hostNetwork } = (object.spec ?? {}) as { template?: { spec?: { hostNetwork?: boolean } }; hostNetwork?: boolean };
			const same = object.kind.toLowerCase() === kind.toLowerCase() && object.metadata.name === name;
			return same && object.metadata.namespace === namespace && (template?.spec?.hostNetwork ?? hostNetwork);
		});
	return workloads
		.filter((workload) => workload.hostNetwork && !wasThere(workload))
		.map(({ kind, name }) => `${kind} ${name} runs in the node's own network, where no NetworkPolicy holds`);
}

/** Names workloads that a selector takes in beside the ones that are meant. */
function beside(allowance: Allowance, items: readonly EnvelopeItem[], around: Surroundings): string {
	if (allowance.peer.kind !== "pods" || selectorInWords(allowance.peer.pods) === "") return "";
	const meant = (workload: LabelledWorkload) =>
		items.some(
			({ peer, namespace }) => namespace === workload.namespace && (!("pods" in peer || "deployment" in peer) || means(peer, workload)),
		);
	const others = takenWorkloads(allowance, around).filter((workload) => !meant(workload));
	const names = others.slice(0, mostNamed).map(({ kind, name }) => `${kind} ${name}`);
	if (others.length > mostNamed) names.push(`${others.length - mostNamed} more`);
	return names.length > 0 ? ` (${list(names)} among them)` : "";
}

function key({ peer, ports, namespace }: Allowance): string {
	return JSON.stringify([peer, ports, namespace], (_, value) => (typeof value === "bigint" ? String(value) : value));
}
