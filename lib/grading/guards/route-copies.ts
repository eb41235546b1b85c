import type { V1Ingress } from "@kubernetes/client-node";
import { z } from "zod";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";

export type NewRouteHost = GuardRuleOf<"new-routes">["hosts"][number] & { namespace: string };

/** What this product reads of an HTTPRoute; the client library has no type for it. */
export const httpRoute = z.object({
	metadata: z.object({ name: z.string(), namespace: z.string(), labels: z.record(z.string(), z.string()).optional() }),
	spec: z.object({ parentRefs: z.array(z.unknown()).optional(), hostnames: z.array(z.string()).optional() }),
});
export type HttpRoute = z.infer<typeof httpRoute>;

/** A route that Faultline adds for a moment. */
export interface RouteCopy {
	/** `Ingress` or `HTTPRoute`, with what it is a copy of: `Ingress like shop (class edge)`. */
	inWords: string;
	/** What deletes it: `ingress/faultline-x`. */
	target: string;
	path: string;
	manifest: object;
}

/**
 * A route beside each one that the host has: same class or parents, labels and annotations, since a controller may choose
 * by any of these; same host, since a gateway's listener may be for that host only; but a path of its own, and another
 * Service behind it. No TLS of its own: it is asked over HTTP.
 * @param id fresh: what nobody could know before
 */
export function routeCopies(
	host: NewRouteHost,
	routes: { ingresses: readonly V1Ingress[]; httpRoutes: readonly HttpRoute[] },
	id: string,
): RouteCopy[] {
	const ingresses = routes.ingresses.filter(
		({ metadata, spec }) => metadata?.namespace === host.namespace && spec?.rules?.some((rule) => fits(rule.host, host.host)),
	);
	const httpRoutes = routes.httpRoutes.filter(
		({ metadata, spec }) =>
			metadata.namespace === host.namespace && (!spec.hostnames?.length || spec.hostnames.some((name) => fits(name, host.host))),
	);
	const places = [...ingresses.keys(), ...httpRoutes.keys()].map((_, index) => {
		const name = `faultline-${id}-${index}`;
		return { name, path: `/${name}` };
	});
	return [
		...ingresses.map((ingress, index) => ingressCopy(host, ingress, places[index] as Place)),
		...httpRoutes.map((route, index) => httpRouteCopy(host, route, places[ingresses.length + index] as Place)),
	];
}

interface Place {
	name: string;
	path: string;
}

function ingressCopy(host: NewRouteHost, { metadata, spec }: V1Ingress, { name, path }: Place): RouteCopy {
	const { "kubectl.kubernetes.io/last-applied-configuration": _, ...annotations } = metadata?.annotations ?? {};
	const className = spec?.ingressClassName;
	const backend = { service: { name: host.service, port: { number: host.port } } };
	return {
		inWords: `Ingress like ${metadata?.name} (${className ? `class ${className}` : "no class"})`,
		target: `ingress/${name}`,
		path,
		manifest: {
			apiVersion: "networking.k8s.io/v1",
			kind: "Ingress",
			metadata: { name, namespace: host.namespace, labels: metadata?.labels ?? {}, annotations },
			spec: {
				...(className ? { ingressClassName: className } : {}),
				rules: [{ host: host.host, http: { paths: [{ path, pathType: "Prefix", backend }] } }],
			},
		},
	};
}

function httpRouteCopy(host: NewRouteHost, { metadata, spec }: HttpRoute, { name, path }: Place): RouteCopy {
	return {
		inWords: `HTTPRoute like ${metadata.name}`,
		target: `httproute/${name}`,
		path,
		manifest: {
			apiVersion: "gateway.networking.k8s.io/v1",
			kind: "HTTPRoute",
			metadata: { name, namespace: host.namespace, labels: metadata.labels ?? {} },
			spec: {
				...(spec.parentRefs ? { parentRefs: spec.parentRefs } : {}),
				...(spec.hostnames ? { hostnames: spec.hostnames } : {}),
				rules: [{ matches: [{ path: { type: "PathPrefix", value: path } }], backendRefs: [{ name: host.service, port: host.port }] }],
			},
		},
	};
}

/** Whether a route's host, which may begin with `*.`, is for this name; one without a host is for all. */
function fits(pattern: string | undefined, name: string): boolean {
	if (!pattern) return true;
	return pattern.startsWith("*.") ? name.endsWith(pattern.slice(1)) && !name.slice(0, -pattern.length + 1).includes(".") : pattern === name;
}
