import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { newSecret } from "../core/ids.ts";

/** Long enough for a slow page, short enough that a leaked address is worthless. */
export const ticketLifeMs = 30_000;

export interface TicketSubject {
	labId: string;
	shellId: string;
}

/** Tickets for one terminal connection each. They live in memory: after a restart the browser asks for new ones. */
export interface Tickets {
	/** A new secret, good once within {@link ticketLifeMs}. */
	issue(subject: TicketSubject): string;
	/** Spends a ticket; undefined where it is unknown, spent or over. */
	redeem(ticket: string): TicketSubject | undefined;
}

export function createTickets({ clock }: { clock: Clock }): Tickets {
	const open = new Map<string, { hash: Buffer; subject: TicketSubject; expiresAt: number }>();
	return {
		issue(subject) {
			const now = clock.now();
			for (const [key, entry] of open) if (entry.expiresAt <= now) open.delete(key);
			const ticket = newSecret();
			const hash = digest(ticket);
			open.set(hash.toString("hex"), { hash, subject, expiresAt: now + ticketLifeMs });
			return ticket;
		},
		redeem(ticket) {
			// Looked up by its hash, so that the time of the look-up says nothing of the secret itself.
			const hash = digest(ticket);
			const key = hash.toString("hex");
			const entry = open.get(key);
			if (!entry || !timingSafeEqual(entry.hash, hash)) return undefined;
			open.delete(key);
			return entry.expiresAt > clock.now() ? entry.subject : undefined;
		},
	};
}

function digest(ticket: string): Buffer {
	return createHash("sha256").update(ticket).digest();
}
