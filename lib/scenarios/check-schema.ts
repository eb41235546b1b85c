import { z } from "zod";
import { objectRule } from "./guard-schema.ts";

const name = z.string().min(1);
const port = z.number().int().min(1).max(65535);

/** Where a probe speaks from. `{node: any}` is the first node. */
export const vantage = z.union([
	z.literal("workstation"),
	/** The user outside: a network namespace and address of its own on the lab's network. */
	z.literal("edge"),
	z.strictObject({ deployment: name, namespace: name.optional() }),
	/** Any running pods that carry all these labels, whoever made them. */
	z.strictObject({ pods: z.record(name, z.string()), namespace: name.optional() }),
	z.strictObject({ node: name }),
]);
export type Vantage = z.infer<typeof vantage>;

/** A workload that must be the one to answer: of the baseline, or one that every cluster has (`coredns` in kube-system). */
export const workloadRef = z.union([
	z.strictObject({ deployment: name, namespace: name.optional() }),
	z.strictObject({ statefulSet: name, namespace: name.optional() }),
	z.strictObject({ daemonSet: name, namespace: name.optional() }),
]);
export type WorkloadRef = z.infer<typeof workloadRef>;

const common = { from: vantage, timeoutMs: z.number().int().min(100).max(10_000).default(2000) };
/**
 * How often a check asks in one look, all at once. A decisive check looks four times, so that of a system that fails one
 * request in ten less than one check in a hundred comes through; docs/sampling.md. What fails more seldom wants `sampling`.
 */
const samples = z.number().int().min(1).max(60).default(12);

/**
 * Judges an intermittent fault by a sequential probability ratio test instead of a fixed number of samples. A repaired
 * system fails a sample with probability `p0` at most, a broken one with `p1` at least.
 */
export const sampling = z
	.strictObject({
		p0: z.number().gt(0).lt(1),
		p1: z.number().gt(0).lt(1),
		/** Risk that a repaired system is failed, over all checks of an attempt. */
		alpha: z.number().gt(0).lte(0.2).default(0.01),
		/** Risk that a broken system passes, over all checks of an attempt. */
		beta: z.number().gt(0).lte(0.2).default(0.01),
		/** What one sample is: a DNS query without retry, a new connection, or a request of the application's own client. */
		unit: z.enum(["raw-query", "new-connection", "application-request"]),
		/** Samples a second at most: sampling must do no harm. */
		perSecond: z.number().int().min(1).max(50).default(20),
		/** Without a decision by then the verdict is "unproven". */
		most: z.number().int().min(10).max(2000).default(400),
	})
	.refine(({ p0, p1 }) => p0 < p1, { message: "p0, the failure rate of a repaired system, must be below p1, that of a broken one" });
export type Sampling = z.infer<typeof sampling>;

/** A URL; the host `{node}` becomes the first node's address. */
const url = z.string().regex(/^https?:\/\//, "a URL begins with http:// or https://");

export const appCheck = z.strictObject({
	type: z.literal("app"),
	...common,
	url,
	/** The workload that must have seen the request's nonce. */
	backend: workloadRef,
	samples,
	sampling: sampling.optional(),
});

export const httpCheck = z.strictObject({
	type: z.literal("http"),
	...common,
	url,
	/** The name that is asked for, in the Host header and for https in TLS's server name; the connection still goes to the URL's host. */
	host: name.optional(),
	/**
	 * An ingress controller or gateway ends the connection and opens its own to the backend: the backend must have seen the
	 * request, but the asker's connection need not go straight to it.
	 */
	through: z.literal("ingress").optional(),
	status: z.number().int().default(200),
	contains: z.string().optional(),
	/**
	 * The only workloads that may answer. Each answer is proved by the pod that saw its nonce and, without `through`, by the
	 * nodes' connection tracking: the asker's own connection ended at that pod's application. A proxy in between is none of them.
	 */
	backends: z.array(workloadRef).min(1).optional(),
	/**
	 * What the server's certificate must be: for this name, not past its end, and, unless `trusted` is false, from a chain the
	 * vantage trusts. Left out: any.
	 */
	certificate: z.strictObject({ dnsName: name, trusted: z.boolean().default(true) }).optional(),
	/**
	 * Shares of the answers by workload, judged by their confidence intervals over up to 400 requests; needs `backends`.
	 * Bounds must leave room for chance: of 400 requests a tenth is known to within five of a hundred.
	 */
	distribution: z
		.array(z.strictObject({ backend: workloadRef, atLeast: z.number().min(0).max(1), atMost: z.number().min(0).max(1) }))
		.min(1)
		.optional(),
	samples,
	sampling: sampling.optional(),
});

export const dnsCheck = z.strictObject({
	type: z.literal("dns"),
	...common,
	name,
	recordType: z.enum(["A", "AAAA", "CNAME", "SRV"]).default("A"),
	rcode: z.string().default("NOERROR"),
	/** What the answer must be: addresses, or a Service's own (of a headless one its ready pods'). Left out: any answer. */
	answers: z.union([z.array(name), z.strictObject({ service: name, namespace: name.optional() })]).optional(),
	/** `tcp` asks over TCP at once, as after a truncated answer. */
	transport: z.enum(["udp", "tcp"]).default("udp"),
	/** False asks the name as it stands, without the search list. Left out: true, but false for a sampled raw query. */
	search: z.boolean().optional(),
	/** Each lookup must take no longer. */
	latencyMs: z.number().int().positive().optional(),
	/** Queries that one lookup may send at most, search list included. */
	mostQueries: z.number().int().positive().optional(),
	/**
	 * Ask every ready endpoint of this Service directly, instead of the vantage's own resolver: from the vantage and from each
	 * node, for the whole name. So many endpoints there must be.
	 */
	endpointsOf: z.strictObject({ service: name, namespace: name.optional(), atLeast: z.number().int().min(1).default(1) }).optional(),
	samples,
	sampling: sampling.optional(),
});

const reach = z.enum(["open", "refused", "timeout"]).default("open");
export const tcpCheck = z.strictObject({
	type: z.literal("tcp"),
	...common,
	host: name,
	port,
	expect: reach,
	samples,
});
export const udpCheck = z.strictObject({
	type: z.literal("udp"),
	...common,
	host: name,
	port,
	expect: reach,
	samples,
});

export const endpointsCheck = z.strictObject({
	type: z.literal("endpoints"),
	...common,
	service: name,
	namespace: name.optional(),
	/** The Service port, by number or name, whose endpoints are asked one by one. */
	port: z.union([port, name]),
	path: z.string().default("/"),
	/** The endpoints must be this workload's ready pods, all of them and nothing else. */
	backend: workloadRef,
});

const cells = z.array(z.strictObject({ from: name, to: z.array(name).min(1) }));

/**
 * Who reaches whom: each listed cell is asked, the others are not. A denied cell counts only beside an allowed one of the
 * same target and another of the same source (design, rule 5), so the table must have both. A host that names a Service
 * is asked at its address and at each ready endpoint, without a lookup: names are the `dns` check's. Over UDP only a peer
 * that answers is open: an echo, or on port 53 a DNS server. No node may be a source.
 */
export const matrixCheck = z.strictObject({
	type: z.literal("matrix"),
	timeoutMs: common.timeoutMs,
	sources: z.record(name, vantage),
	destinations: z.record(name, z.strictObject({ host: name, port, protocol: z.enum(["tcp", "udp"]).default("tcp") })),
	allow: cells.min(1),
	deny: cells.default([]),
	/** A deny must hold this long: policies attach to a pod a moment after its start. */
	holdMs: z.number().int().min(0).max(20_000).default(3000),
});

/** A field of an object, as a guard asks for it; as an objective only where no traffic can tell. */
export const objectCheck = objectRule.extend({
	/** Why no traffic can tell. */
	because: name,
});

export const check = z.discriminatedUnion("type", [
	appCheck,
	httpCheck,
	dnsCheck,
	tcpCheck,
	udpCheck,
	endpointsCheck,
	matrixCheck,
	objectCheck,
]);
export type Check = z.infer<typeof check>;
export type CheckOf<T extends Check["type"]> = Extract<Check, { type: T }>;
