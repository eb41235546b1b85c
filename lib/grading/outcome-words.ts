import type { ProbeResult } from "../providers/provider.ts";

/** How a probe ended, in the words of somebody at a terminal. */
export function outcomeInWords(result: ProbeResult): string {
	switch (result.outcome) {
		case "answered":
			if (result.http) return `${result.http.status}${bodyError(result.http.body)}`;
			if (result.dns)
				return `${result.dns.rcode}${result.dns.answers.length > 0 ? ` ${result.dns.answers.join(", ")}` : " without an answer"}`;
			return "open";
		case "refused":
			return "connection refused";
		case "timeout":
			return "timed out";
		case "reset":
			return "connection reset";
		case "unreachable":
			return "no route to the host";
		case "name-error":
			return "the name does not exist";
		case "name-timeout":
			return "the name lookup timed out";
		case "tls-error":
			return `TLS failed (${result.detail})`;
		case "protocol-error":
			return `not the protocol that was asked (${result.detail})`;
		case "no-vantage":
			return "the pod to ask from is gone";
		case "prober-error":
			return `Faultline's prober failed (${result.detail})`;
	}
}

/** What an application says of its failure: the `error` of a JSON answer. */
function bodyError(body: string): string {
	try {
		const said = (JSON.parse(body) as { error?: unknown }).error;
		return typeof said === "string" ? ` (${said})` : "";
	} catch {
		return "";
	}
}

/** Groups equal observations: `connection refused (3 of 4), 200 (1 of 4)`. */
export function tally(observations: readonly string[]): string {
	const counts = new Map<string, number>();
	for (const observation of observations) counts.set(observation, (counts.get(observation) ?? 0) + 1);
	const parts = [...counts].sort((a, b) => b[1] - a[1]);
	if (parts.length === 1) return parts[0]?.[0] ?? "nothing";
	return parts.map(([observation, count]) => `${observation} (${count} of ${observations.length})`).join(", ");
}
