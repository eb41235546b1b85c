import { z } from "zod";
import { check } from "./check-schema.ts";
import { guardRule } from "./guard-schema.ts";

const name = z.string().min(1);
const id = z.string().regex(/^[a-z][a-z0-9-]*$/, "lower case letters, digits and hyphens");

export const layer = z.enum(["pod", "service", "endpoints", "dns", "policy", "edge", "node"]);

export const objective = z.strictObject({
	id,
	/** In the user's terms: "Checkout reaches payments by name". */
	title: name,
	/** What repairing it earns; 0 for what the fault leaves whole and a repair must too. */
	points: z.number().int().min(0).max(100),
	/** Live it says only whether it passes, for what it sees would name the fault; a check of the fix says all. */
	discreet: z.boolean().default(false),
	check,
});
export type Objective = z.infer<typeof objective>;

export const guard = z.strictObject({ id, title: name, rule: guardRule });
export type Guard = z.infer<typeof guard>;

const seeds = z.array(z.number().int()).min(1).optional();
/** What a step does when it is put back alone after a repair; `harmless` needs the reason. For mutants of a proof. */
const alone = z.union([z.literal("breaks"), z.strictObject({ harmless: name })]).default("breaks");
const target = z.string().regex(/^[a-z]+\/.+$/, "kind/name, in lower case: service/catalog");

/** Operations on a node that a fault may use; see lib/labs/steps/node-operations.ts. */
export const nodeOperation = z.enum(["flush-service-rules"]);

/** One step of a fault. `seeds` limits it to some variants: the place of the fault differs. */
export const faultStep = z.union([
	/** With `anew` objects that are there are removed first: for what can't be changed in place, as a Deployment's selector. */
	z.strictObject({ apply: z.string(), anew: z.boolean().default(false), seeds, alone }),
	z.strictObject({
		patch: z.string(),
		target,
		namespace: name.optional(),
		type: z.enum(["merge", "json", "strategic"]).default("merge"),
		seeds,
		alone,
	}),
	z.strictObject({ delete: target, namespace: name.optional(), seeds, alone }),
	z.strictObject({ restart: target, namespace: name.optional(), seeds, alone }),
	z.strictObject({ node: nodeOperation, on: name.default("any"), seeds, alone }),
]);
export type FaultStepSpec = z.infer<typeof faultStep>;

const policyRule = z.strictObject({
	apiGroups: z.array(z.string()),
	resources: z.array(z.string()),
	verbs: z.array(z.string()),
	resourceNames: z.array(z.string()).optional(),
});

/** `scenario.yaml`, with placeholders already replaced. */
export const scenarioSpec = z.strictObject({
	apiVersion: z.literal("faultline/v1"),
	kind: z.literal("Scenario"),
	title: name,
	/** One line: what the user sees. */
	symptom: name,
	layer,
	level: z.number().int().min(1).max(5),
	minutes: z.number().int().min(1).max(240),
	tags: z.array(name).default([]),
	skills: z.array(name).default([]),
	/** Where the story plays; what names no namespace means this one. */
	namespace: name,
	cluster: z
		.strictObject({
			nodes: z.number().int().min(1).max(3).default(1),
			kubeProxyMode: z.enum(["iptables", "nftables"]).default("nftables"),
			dnsReplicas: z.number().int().min(1).max(3).default(1),
			addons: z.array(z.enum(["ingress", "gateway", "load-balancer"])).default([]),
		})
		.prefault({}),
	access: z.strictObject({
		namespaces: z.array(name).min(1),
		clusterRules: z.array(policyRule).default([]),
		/** The learner may mend cluster DNS: CoreDNS's Deployment, ConfigMap, Service and what stands behind it in kube-system. */
		clusterDns: z.boolean().default(false),
		/** The learner may install an ingress controller: its cluster roles, classes and the add-on's own resources. */
		ingressController: z.boolean().default(false),
		/** Ports of the node that pods of the learner's namespaces may take. */
		hostPorts: z.array(z.number().int().min(1).max(65535)).default([]),
	}),
	/** TLS Secrets that the baseline needs: made afresh for each lab, self-signed. Nothing secret is kept in the folder. */
	certificates: z.array(z.strictObject({ secret: name, namespace: name.optional(), dnsNames: z.array(name).min(1) })).default([]),
	objectives: z.array(objective).min(2).max(6),
	guards: z.array(guard).default([]),
	fault: z.strictObject({
		/** Objectives that fail once the fault is in; all others must still pass. */
		breaks: z.array(id).min(1),
		steps: z.array(faultStep).min(1),
	}),
	diagnosis: z.strictObject({
		question: name,
		answers: z.array(z.strictObject({ text: name, correct: z.boolean().default(false) })).min(2),
	}),
	/** Seed → placeholder → value. Every seed has the same placeholders. */
	variants: z.record(
		z.string().regex(/^[1-9][0-9]*$/),
		z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/), z.union([z.string(), z.number()])),
	),
});
export type ScenarioSpec = z.infer<typeof scenarioSpec>;
