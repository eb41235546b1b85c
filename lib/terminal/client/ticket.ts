import { z } from "zod";
import { type ErrorBody, errorBody } from "../../core/errors.ts";

const granted = z.object({ ticket: z.string() });
const refused = z.object({ error: errorBody });

export type TicketAnswer =
	| { ticket: string }
	/** `final`: asking again will not help. */
	| { error: ErrorBody; final: boolean; gone: boolean };

/** Asks for a ticket for one connection. Never rejects: a lost network is an answer that is not final. */
export async function askTicket(labId: string, shellId: string, send: typeof fetch = fetch): Promise<TicketAnswer> {
	const path = `/api/labs/${encodeURIComponent(labId)}/shells/${encodeURIComponent(shellId)}/ticket`;
	try {
		const response = await send(path, { method: "POST", headers: { accept: "application/json" }, cache: "no-store" });
		const body: unknown = await response.json();
		if (response.ok) return granted.parse(body);
		const { error } = refused.parse(body);
		return { error, final: [400, 401, 403, 404].includes(response.status), gone: response.status === 404 };
	} catch (cause) {
		return { error: { code: "unreachable", message: `Faultline does not answer: ${String(cause)}` }, final: false, gone: false };
	}
}
