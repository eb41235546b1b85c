import { z } from "zod";

const name = z.string().min(1);

/** No address written where a name belongs; see design, rule 8 of a verdict. */
export const noAddressesRule = z.strictObject({
	type: z.literal("no-addresses"),
	namespaces: z.array(name).optional(),
	/** Addresses of the story's outside world that may be written, beside those of the baseline. */
	allow: z.array(name).default([]),
});

/** The application is what it was: same containers, command and environment, probes kept, not fewer replicas. */
export const appKeptRule = z.strictObject({
	type: z.literal("app-kept"),
	deployments: z.array(name).min(1),
	namespace: name.optional(),
	/** Environment variables that a repair may change. */
	mayChangeEnv: z.array(name).default([]),
	/** ConfigMap keys that a repair may change: `settings/app.conf`. Other keys of ConfigMaps that the pods use may not. */
	mayChangeConfig: z.array(name).default([]),
});

/** Services of the baseline keep what others rely on: type, ports by name and number, node ports. */
export const servicesKeptRule = z.strictObject({
	type: z.literal("services-kept"),
	services: z.array(name).min(1),
	namespace: name.optional(),
});

/** One field of one object; only where no traffic can tell. */
export const objectRule = z.strictObject({
	type: z.literal("object"),
	/** `kind/name` of the baseline, lower case: `deployment/catalog`. */
	target: z.string().regex(/^[a-z]+\/.+$/, "kind/name, in lower case"),
	namespace: name.optional(),
	/** Dotted path; a number is an index: `spec.ports.0.port`. */
	path: name,
	equals: z.union([z.string(), z.number(), z.boolean()]).optional(),
	atLeast: z.number().optional(),
	absent: z.literal(true).optional(),
});

/** Objects keep their meaning: recreated, relabelled or reordered is fine, another spec or other data is not. */
export const objectKeptRule = z.strictObject({
	type: z.literal("object-kept"),
	/** `kind/name` of the baseline, lower case: `networkpolicy/default-deny`. */
	targets: z.array(z.string().regex(/^[a-z]+\/.+$/, "kind/name, in lower case")).min(1),
	namespace: name.optional(),
	/** Dotted paths that a repair may change, with all below them: `spec.egress`. */
	mayChange: z.array(name).default([]),
});

/** Whom an envelope speaks of: pods by a workload of the baseline or by labels, or an address range. */
export const envelopePeer = z.union([
	z.strictObject({ deployment: name, namespace: name.optional() }),
	/** Namespace `*`: in any. */
	z.strictObject({ pods: z.record(name, z.string()), namespace: name.optional() }),
	/** Every pod of a namespace. */
	z.strictObject({ namespace: name }),
	z.strictObject({ cidr: name }),
]);

/**
 * The pods are isolated in this direction, and what policies let them reach (or be reached by) lies within `most`,
 * computed over every label and namespace that a pod could have (design, rule 7).
 */
export const policyEnvelopeRule = z.strictObject({
	type: z.literal("policy-envelope"),
	/** Whose traffic: a workload of the baseline, or with `pods: {}` every pod of the namespace, those of the future too. */
	of: z.union([
		z.strictObject({ deployment: name, namespace: name.optional() }),
		z.strictObject({ pods: z.record(name, z.string()), namespace: name.optional() }),
	]),
	direction: z.enum(["ingress", "egress"]),
	most: z.array(
		z.strictObject({
			peer: envelopePeer,
			/** `UDP/53`; left out: every port. */
			ports: z
				.array(z.string().regex(/^(TCP|UDP|SCTP)\/\d+$/, "protocol/port, as in UDP/53"))
				.min(1)
				.optional(),
		}),
	),
});

/** Not fewer replicas than the baseline (or `atLeast`), and that many ready. */
export const replicasKeptRule = z.strictObject({
	type: z.literal("replicas-kept"),
	deployments: z.array(name).min(1),
	namespace: name.optional(),
	atLeast: z.number().int().min(1).optional(),
});

/** Who answers for a Service is the workload that should, and cluster DNS invents no answers (hosts, template, rewrite). */
export const answersGenuineRule = z.strictObject({
	type: z.literal("answers-genuine"),
	service: name,
	namespace: name.optional(),
	/** All that may answer; a repair may leave fewer of them. */
	backends: z.array(z.strictObject({ deployment: name, namespace: name.optional() })).min(1),
});

/** Other teams' namespaces are as the fault left them: nothing made, changed or removed. */
export const othersUnharmedRule = z.strictObject({ type: z.literal("others-unharmed"), namespaces: z.array(name).min(1) });

/**
 * Who serves these hosts implements Ingress or the Gateway API, and does not merely pass requests on: during the decisive
 * check Faultline adds a route of its own beside each host's, of the same class or parent, and it is served as well. Live
 * checks add nothing, so the guard is judged in the decisive check only.
 */
export const newRoutesRule = z.strictObject({
	type: z.literal("new-routes"),
	from: z.enum(["edge", "workstation"]),
	/** Where the hosts are asked for over HTTP: `http://{node}/`. */
	url: z.string().regex(/^http:\/\//, "a URL begins with http://"),
	hosts: z
		.array(
			z.strictObject({
				host: name,
				namespace: name.optional(),
				/** Where the added route leads: another Service than the one behind the host's own `/`. */
				service: name,
				port: z.number().int().min(1).max(65535),
				backend: z.strictObject({ deployment: name, namespace: name.optional() }),
			}),
		)
		.min(1),
});

export const guardRule = z.discriminatedUnion("type", [
	noAddressesRule,
	appKeptRule,
	servicesKeptRule,
	objectRule,
	objectKeptRule,
	policyEnvelopeRule,
	replicasKeptRule,
	answersGenuineRule,
	othersUnharmedRule,
	newRoutesRule,
]);
export type GuardRule = z.infer<typeof guardRule>;
export type PolicyEnvelopeRule = z.infer<typeof policyEnvelopeRule>;
export type GuardRuleOf<T extends GuardRule["type"]> = Extract<GuardRule, { type: T }>;
