import type { LabProbe, ProbeResult, Vantage } from "../../providers/provider.ts";
import type { CheckOf } from "../../scenarios/check-schema.ts";
import { nonceHeader } from "./witness.ts";

/** What is asked, `{node}` already an address. */
export interface HttpRequest extends Partial<Pick<CheckOf<"http">, "host" | "certificate">> {
	url: string;
	timeoutMs: number;
}

/**
 * One request over a connection of its own. With `host` it is for that name, in the Host header and for https in TLS's
 * server name, while the connection goes to the URL's host: a user's browser whose name leads there. The certificate is
 * taken as it comes, to be judged by {@link certificateProblem}.
 */
export function probeOf({ url, host, timeoutMs }: HttpRequest, from: Vantage, nonce: string): LabProbe {
	const headers: Record<string, string> = { [nonceHeader]: nonce, ...(host ? { Host: host } : {}) };
	const target = new URL(url);
	if (target.protocol === "http:") return { kind: "http", from, url, headers, timeoutMs };
	if (!host) return { kind: "http", from, url, headers, timeoutMs, insecure: true };
	const connectTo = `${target.hostname}:${target.port || 443}`;
	const named = url.replace(target.host, target.port ? `${host}:${target.port}` : host);
	return { kind: "http", from, url: named, headers, timeoutMs, insecure: true, connectTo };
}

/** `GET https://172.30.0.2/ for shop.example` */
export function requestInWords({ url, host }: HttpRequest): string {
	return `GET ${url}${host ? ` for ${host}` : ""}`;
}

export function certificateInWords({ certificate }: HttpRequest): string {
	if (!certificate) return "";
	return ` and a ${certificate.trusted ? "trusted " : ""}certificate for ${certificate.dnsName}`;
}

/**
 * What is wrong with the server's certificate, in words that name what came instead; undefined where it is as asked.
 * @param now milliseconds since the epoch
 */
export function certificateProblem({ certificate }: HttpRequest, { http }: ProbeResult, now: number): string | undefined {
	if (!certificate) return undefined;
	const shown = http?.certificate;
	if (!shown) return "no certificate";
	if (!shown.dnsNames.some((name) => covers(name, certificate.dnsName)))
		return `a certificate for ${shown.dnsNames.join(", ") || shown.subject || "no name"}`;
	if (new Date(shown.notAfter).getTime() <= now) return `a certificate that ended on ${shown.notAfter}`;
	return certificate.trusted && !shown.verified ? `a certificate that is not trusted (${shown.problem})` : undefined;
}

/** Whether a certificate's name is for this one; a wildcard stands for one label. */
function covers(pattern: string, name: string): boolean {
	const [a, b] = [pattern.toLowerCase(), name.toLowerCase()];
	return a === b || (a.startsWith("*.") && b.includes(".") && a.slice(1) === b.slice(b.indexOf(".")));
}
