import type { V1Pod } from "@kubernetes/client-node";
import type { LabProbe, Vantage } from "../../providers/provider.ts";
import type { CheckOf } from "../../scenarios/check-schema.ts";
import { podAt, readyEndpoints, serviceOfHost } from "../service-endpoints.ts";
import type { CheckContext } from "./judgement.ts";
import { addressed, type Origins, originsOf } from "./origins.ts";
import { datagramFor } from "./reach.ts";

type MatrixCheck = CheckOf<"matrix">;

/** One address of a destination: its Service's, or that of a pod behind it. */
interface Target {
	host: string;
	port: number;
	protocol: "tcp" | "udp";
	/** What is asked there, in words, besides the destination's name; empty for the destination itself. */
	at: string;
	/** Pods behind the address. */
	pods: readonly V1Pod[];
}

/** One probe of the table. */
export interface Ask {
	/** Ids of the table: `checkout`, `payments`. */
	source: string;
	destination: string;
	expect: "open" | "denied";
	/** The cell in words: `checkout → payments:8080`. */
	words: string;
	from: Vantage;
	target: Target;
}

// A Service of a lab has two or three; more would only cost time.
const mostEndpoints = 6;

export interface MatrixPlan {
	asks: Ask[];
	/** Sources by id, in the order of the table. */
	sources: Map<string, Origins>;
	/** What makes a source unfit, in words. */
	unfit: string[];
	/** Every pod that sends or answers. */
	pods: V1Pod[];
}

/**
 * What a table asks. A destination that is a Service is asked at its own address and directly at each ready endpoint, by
 * address: the table tells of connections alone, names are the dns check's, and no average hides a pod that policies miss.
 */
export function planMatrix(check: MatrixCheck, context: CheckContext): MatrixPlan {
	const sources = new Map(Object.entries(check.sources).map(([id, from]) => [id, originsOf(from, context)] as const));
	const targets = new Map(Object.entries(check.destinations).map(([id, to]) => [id, targetsOf(to, context)] as const));
	const asksOf = (expect: Ask["expect"], cells: MatrixCheck["allow"]) =>
		cells.flatMap(({ from: source, to }) =>
			to.flatMap((destination) =>
				(sources.get(source)?.vantages ?? []).flatMap((from, index) => {
					const pod = sources.get(source)?.pods[index];
					const several = (sources.get(source)?.vantages.length ?? 0) > 1;
					const asked = (targets.get(destination) ?? []).filter(
						(target) => expect === "open" || !target.pods.some((own) => isSame(own, pod)),
					);
					return asked.map((target): Ask => {
						const who = several && pod ? `${source} (pod ${pod.metadata?.name})` : source;
						const port = `${check.destinations[destination]?.port}${target.protocol === "udp" ? "/udp" : ""}`;
						return { source, destination, expect, words: `${who} → ${destination}:${port}${target.at}`, from, target };
					});
				}),
			),
		);
	const unfit = [...sources].flatMap(([id, { vantages, pods, from }]) => {
		if (vantages.length === 0) return [`${id} could not ask: ${from}: no such pod runs`];
		const escaped = pods.find((pod) => pod.spec?.hostNetwork);
		return escaped ? [`${id} is no source: pod ${escaped.metadata?.name} uses its node's network, where policies do not hold`] : [];
	});
	return {
		asks: [...asksOf("open", check.allow), ...asksOf("denied", check.deny)],
		sources,
		unfit,
		pods: [...[...sources.values()].flatMap(({ pods }) => pods), ...[...targets.values()].flat().flatMap(({ pods }) => pods)],
	};
}

function targetsOf({ host: written, port, protocol }: MatrixCheck["destinations"][string], context: CheckContext): Target[] {
	const host = addressed(written, context);
	const service = serviceOfHost(context.view, host, context.namespace);
	const servicePort = service?.spec?.ports?.find((one) => one.port === port && (one.protocol ?? "TCP").toLowerCase() === protocol);
	const headless = service?.spec?.clusterIP === "None";
	const portName = servicePort?.name ?? (headless ? service?.spec?.ports?.[0]?.name : undefined) ?? "";
	const endpoints = service && (servicePort || headless) ? readyEndpoints(service, portName, context.view.endpointSlices) : [];
	const direct = endpoints.slice(0, mostEndpoints).map(({ address, port: own }): Target => {
		const pod = podAt(context.view, address);
		// Clients of a headless Service speak to the pods, on the port that they were told.
		const asked = headless ? port : own;
		const at = ` at ${pod ? `pod ${pod.metadata?.name}` : "an endpoint"} (${address}:${asked})`;
		return { host: address, port: asked, protocol, at, pods: pod ? [pod] : [] };
	});
	if (headless && direct.length > 0) return direct;
	const clusterIP = headless ? undefined : service?.spec?.clusterIP;
	return [{ host: clusterIP || host, port, protocol, at: "", pods: direct.flatMap(({ pods }) => pods) }, ...direct];
}

/** A pod always reaches itself: no policy can deny that. */
function isSame(a: V1Pod, b: V1Pod | undefined): boolean {
	return b !== undefined && a.metadata?.uid === b.metadata?.uid;
}

export function probeOf({ from, target }: Ask, timeoutMs: number): LabProbe {
	const { host, port } = target;
	if (target.protocol === "tcp") return { kind: "tcp", from, host, port, timeoutMs };
	return { kind: "udp", from, host, port, timeoutMs, ...datagramFor(port) };
}

/**
 * How long to wait until every pod of the table is older than the window: policies attach to a pod a moment after its
 * start. Milliseconds, the window at most.
 */
export function untilGrown(pods: readonly V1Pod[], windowMs: number, now: number): number {
	const starts = pods.flatMap(({ status }) => [
		status?.startTime,
		...(status?.containerStatuses ?? []).map((container) => container.state?.running?.startedAt),
	]);
	const youngest = Math.max(0, ...starts.map((start) => (start ? new Date(start).getTime() : 0)));
	return Math.min(windowMs, Math.max(0, youngest + windowMs - now));
}
