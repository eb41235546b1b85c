import { z } from "zod";

/**
 * The prober's wire protocol: one JSON object a line in either direction.
 * Requests run at once; answers come in the order in which they end.
 */

/** Whose network namespace and resolver a probe uses. */
export const probeFrom = z.union([
	/** A pod, by its UID: the process is found through /proc/<pid>/cgroup. */
	z.object({ podUid: z.string() }),
	/** A container that the provider knows by its process id on the host: workstation or node. */
	z.object({ pid: z.number().int().positive() }),
]);
export type ProbeFrom = z.infer<typeof probeFrom>;

const base = { id: z.string(), from: probeFrom, timeoutMs: z.number().int().positive() };

export const probeRequest = z.discriminatedUnion("kind", [
	z.object({
		...base,
		kind: z.literal("http"),
		url: z.string(),
		method: z.string().default("GET"),
		headers: z.record(z.string(), z.string()).default({}),
		/** Connect here instead of resolving the URL's host: `10.0.0.1:80`. */
		connectTo: z.string().optional(),
		/** Skip verification of the certificate; it is reported all the same. */
		insecure: z.boolean().default(false),
	}),
	z.object({
		...base,
		kind: z.literal("dns"),
		name: z.string(),
		type: z.enum(["A", "AAAA", "CNAME", "SRV", "TXT", "PTR", "NS", "MX"]).default("A"),
		/** Ask this server (`address` or `address:port`) instead of those of the pod's resolv.conf. */
		server: z.string().optional(),
		transport: z.enum(["udp", "tcp"]).default("udp"),
		/** Walk the search list as the C library does; false asks the name as it stands. */
		search: z.boolean().default(true),
		/** Attempts per server and name; 1 is a raw query without retry. */
		attempts: z.number().int().min(1).max(5).default(1),
	}),
	z.object({ ...base, kind: z.literal("tcp"), host: z.string(), port: z.number().int() }),
	/**
	 * Looks up one connection in the connection tracking of the vantage's network namespace (a node's), by its original
	 * tuple: where it was sent and who really answers.
	 */
	z.object({
		...base,
		kind: z.literal("flow"),
		protocol: z.enum(["tcp", "udp"]),
		/** `address:port` of the client, as its `local` said. */
		source: z.string(),
		/** `address:port` that the client asked. */
		destination: z.string(),
	}),
	z.object({
		...base,
		kind: z.literal("udp"),
		host: z.string(),
		port: z.number().int(),
		/** Sent as one datagram; any answer counts. */
		payload: z.string().default("faultline"),
	}),
]);
export type ProbeRequest = z.input<typeof probeRequest>;

/**
 * How a probe ended.
 * `answered`: the peer spoke the protocol (any HTTP status, any DNS rcode, a completed TCP handshake, a datagram back)
 */
export const probeOutcome = z.enum([
	"answered",
	"refused",
	"timeout",
	"unreachable",
	"reset",
	"name-error",
	"name-timeout",
	"tls-error",
	"protocol-error",
	/** No process of that pod or container exists. */
	"no-vantage",
	/** The prober itself failed: never the learner's fault. */
	"prober-error",
]);
export type ProbeOutcome = z.infer<typeof probeOutcome>;

export const probeResult = z.object({
	id: z.string(),
	outcome: probeOutcome,
	/** The cause in the system's words, empty when answered. */
	detail: z.string().default(""),
	durationMs: z.number(),
	/** Address and port that the connection reached, as the client saw it. */
	remote: z.string().optional(),
	/** Address and port it came from. */
	local: z.string().optional(),
	http: z
		.object({
			status: z.number(),
			headers: z.record(z.string(), z.string()),
			/** The first 64 KiB, invalid UTF-8 replaced. */
			body: z.string(),
			certificate: z
				.object({
					subject: z.string(),
					dnsNames: z.array(z.string()),
					notAfter: z.string(),
					verified: z.boolean(),
					problem: z.string().default(""),
				})
				.optional(),
		})
		.optional(),
	dns: z
		.object({
			rcode: z.string(),
			/** Resource data in presentation form: `10.96.0.10`. */
			answers: z.array(z.string()),
			server: z.string(),
			/** Every query sent, in order, with its own end. */
			queries: z.array(
				z.object({
					name: z.string(),
					type: z.string(),
					server: z.string(),
					/** A truncated answer over UDP is asked for again over TCP: a query of its own. */
					transport: z.enum(["udp", "tcp"]).optional(),
					rcode: z.string(),
					durationMs: z.number(),
					/** Address and port the query came from. */
					local: z.string().optional(),
				}),
			),
		})
		.optional(),
	udp: z.object({ payload: z.string() }).optional(),
	/** Of a `flow` probe that was answered: absent where the node tracks no such connection. */
	flow: z
		.object({
			/** `address:port` that sends the replies: the real end of the connection. */
			server: z.string(),
			/** `address:port` that the server sees as its client. */
			client: z.string(),
		})
		.optional(),
});
export type ProbeResult = z.infer<typeof probeResult>;
