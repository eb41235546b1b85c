import { Agent, request } from "node:https";
import type { KubeConfig, KubernetesObject } from "@kubernetes/client-node";
import { z } from "zod";
import { AppError } from "../../core/errors.ts";

const requestMs = 20_000;
/** More at once only queue in the API server. */
const mostAtOnce = 8;

/** A kind of objects that can be listed. */
export interface KubeType {
	/** `v1`, `apps/v1`. */
	apiVersion: string;
	kind: string;
	/** In the plural, as paths have it. */
	resource: string;
	namespaced: boolean;
	verbs: readonly string[];
}

export interface KubeAnswer {
	status: number;
	body: unknown;
}

/** Requests to an API server as they are: what a reset deletes and restores is of any kind, known here or not. */
export interface KubeRest {
	send(method: string, path: string, body?: unknown, contentType?: string): Promise<KubeAnswer>;
	/** Every kind that can be listed and deleted or replaced, in its preferred version. */
	types(): Promise<KubeType[]>;
	/** Objects of a kind in all namespaces, `apiVersion` and `kind` filled in; undefined where its server does not answer. */
	list(type: KubeType): Promise<KubernetesObject[] | undefined>;
	/** Ends the connections. */
	close(): void;
}

const groupDiscovery = z.object({
	items: z.array(
		z.object({
			metadata: z.object({ name: z.string().optional() }).optional(),
			versions: z.array(
				z.object({
					version: z.string(),
					resources: z
						.array(
							z.object({
								resource: z.string(),
								responseKind: z.object({ kind: z.string() }).optional(),
								scope: z.string().optional(),
								verbs: z.array(z.string()).default([]),
							}),
						)
						.default([]),
				}),
			),
		}),
	),
});

const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const objectList = z.object({ items: z.array(z.custom<KubernetesObject>((item) => typeof item === "object" && item !== null)).nullable() });

/** @throws AppError `cluster-unreadable` where the API server does not answer */
export async function createKubeRest(admin: KubeConfig, signal: AbortSignal): Promise<KubeRest> {
	const options: { ca?: never; cert?: never; key?: never } = {};
	await admin.applyToHTTPSOptions(options);
	const { ca, cert, key } = options;
	const agent = new Agent({ keepAlive: true, maxSockets: mostAtOnce, ca, cert, key });
	const server = new URL(admin.getCurrentCluster()?.server ?? "");

	const send: KubeRest["send"] = (method, path, body, contentType = "application/json") =>
		new Promise((resolve, reject) => {
			const fail = (cause: unknown) =>
				reject(
					signal.aborted
						? signal.reason
						: new AppError("cluster-unreadable", `The lab's cluster does not answer ${method} ${path}.`, { retryable: true, cause }),
				);
			const accept = path === "/api" || path === "/apis" ? aggregated : "application/json";
			const text = body === undefined ? undefined : JSON.stringify(body);
			// Node frames the body of a DELETE only when told its length.
			const framing = text === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(text) };
			const sent = request(
				new URL(path, server),
				{
					method,
					agent,
					headers: { accept, ...framing },
					signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
				},
				(response) => {
					const chunks: Buffer[] = [];
					response.on("data", (chunk: Buffer) => chunks.push(chunk));
					response.on("error", fail);
					response.on("end", () => resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString()) }));
				},
			);
			sent.on("error", fail);
			sent.end(text);
		});

	return {
		send,
		async types() {
			const groups = await Promise.all(
				["/api", "/apis"].map(async (path) => {
					const answer = await send("GET", path);
					const parsed = groupDiscovery.safeParse(answer.body);
					if (parsed.success) return parsed.data.items;
					const said = JSON.stringify(answer.body).slice(0, 200);
					throw new AppError("cluster-unreadable", `The lab's cluster does not say what it has: ${path} ${answer.status} ${said}`, {
						retryable: true,
					});
				}),
			);
			return groups.flat().flatMap((group) => typesOf(group));
		},
		async list({ apiVersion, kind, resource }) {
			const { status, body } = await send("GET", `${basePath(apiVersion)}/${resource}`);
			if (status !== 200) return undefined;
			return (objectList.parse(body).items ?? []).map((item) => ({ ...item, apiVersion, kind }));
		},
		close: () => agent.destroy(),
	};
}

/** Each resource of a group once, in the first version that has it: discovery gives the preferred one first. */
function typesOf(group: z.infer<typeof groupDiscovery>["items"][number]): KubeType[] {
	const found = new Map<string, KubeType>();
	for (const { version, resources } of group.versions) {
		for (const { resource, responseKind, scope, verbs } of resources) {
			if (found.has(resource) || !responseKind || !verbs.includes("list")) continue;
			const apiVersion = group.metadata?.name ? `${group.metadata.name}/${version}` : version;
			found.set(resource, { apiVersion, kind: responseKind.kind, resource, namespaced: scope === "Namespaced", verbs });
		}
	}
	return [...found.values()];
}

/** `/api/v1`, `/apis/apps/v1`. */
function basePath(apiVersion: string): string {
	return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The collection of a kind; in a namespace where one is given. */
export function collectionPath({ apiVersion, resource }: KubeType, namespace: string | undefined): string {
	return `${basePath(apiVersion)}/${namespace ? `namespaces/${namespace}/` : ""}${resource}`;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
