import { z } from "zod";

const name = z.string().min(1);
const port = z.number().int().min(1).max(65535);

/** Where a probe speaks from. `{node: any}` is the first node. */
export const vantage = z.union([
	z.literal("workstation"),
	z.strictObject({ deployment: name, namespace: name.optional() }),
	z.strictObject({ node: name }),
]);
export type Vantage = z.infer<typeof vantage>;

/** A workload that must be the one to answer. */
export const workloadRef = z.strictObject({ deployment: name, namespace: name.optional() });
export type WorkloadRef = z.infer<typeof workloadRef>;

const common = { from: vantage, timeoutMs: z.number().int().min(100).max(10_000).default(2000) };
const samples = z.number().int().min(1).max(60);

/** A URL; the host `{node}` becomes the first node's address. */
const url = z.string().regex(/^https?:\/\//, "a URL begins with http:// or https://");

export const appCheck = z.strictObject({
	type: z.literal("app"),
	...common,
	url,
	/** The workload that must have seen the request's nonce. */
	backend: workloadRef,
	samples: samples.default(4),
});

export const httpCheck = z.strictObject({
	type: z.literal("http"),
	...common,
	url,
	host: name.optional(),
	status: z.number().int().default(200),
	contains: z.string().optional(),
	/** The only workloads that may answer; each answer is proved by its pod. */
	backends: z.array(workloadRef).min(1).optional(),
	samples: samples.default(6),
});

export const dnsCheck = z.strictObject({
	type: z.literal("dns"),
	...common,
	name,
	recordType: z.enum(["A", "AAAA", "CNAME", "SRV"]).default("A"),
	rcode: z.string().default("NOERROR"),
	/** What the answer must be: addresses, or a Service's cluster address. Left out: any answer. */
	answers: z.union([z.array(name), z.strictObject({ service: name, namespace: name.optional() })]).optional(),
	transport: z.enum(["udp", "tcp"]).default("udp"),
	samples: samples.default(4),
});

const reach = z.enum(["open", "refused", "timeout"]).default("open");
export const tcpCheck = z.strictObject({
	type: z.literal("tcp"),
	...common,
	host: name,
	port,
	expect: reach,
	samples: samples.default(3),
});
export const udpCheck = z.strictObject({
	type: z.literal("udp"),
	...common,
	host: name,
	port,
	expect: reach,
	samples: samples.default(3),
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

export const check = z.discriminatedUnion("type", [appCheck, httpCheck, dnsCheck, tcpCheck, udpCheck, endpointsCheck]);
export type Check = z.infer<typeof check>;
export type CheckOf<T extends Check["type"]> = Extract<Check, { type: T }>;
