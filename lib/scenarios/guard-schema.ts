import { z } from "zod";

const name = z.string().min(1);

/** No address written where a name belongs; see design, rule 8 of a verdict. */
export const noAddressesRule = z.strictObject({ type: z.literal("no-addresses"), namespaces: z.array(name).optional() });

/** The application is what it was: same containers, command and environment, probes kept, not fewer replicas. */
export const appKeptRule = z.strictObject({
	type: z.literal("app-kept"),
	deployments: z.array(name).min(1),
	namespace: name.optional(),
	/** Environment variables that a repair may change. */
	mayChangeEnv: z.array(name).default([]),
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

export const guardRule = z.discriminatedUnion("type", [noAddressesRule, appKeptRule, servicesKeptRule, objectRule]);
export type GuardRule = z.infer<typeof guardRule>;
export type GuardRuleOf<T extends GuardRule["type"]> = Extract<GuardRule, { type: T }>;
