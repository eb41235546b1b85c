import { createHash } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { newSecret } from "../core/ids.ts";
import type { OwnerSessionStore } from "./owner-session-store.ts";

const inviteLifeMs = 60 * 60 * 1000;
const sessionLifeMs = 30 * 24 * 60 * 60 * 1000;

/** The owner's one-time addresses and the sessions that come of them. */
export interface OwnerSessions {
	/** A new one-time token, good for an hour; earlier unused ones end. */
	invite(): Promise<{ token: string }>;
	/**
	 * Spends a token for a session of 30 days.
	 * @throws AppError `invite-spent` where it is unknown, used or over
	 */
	redeem(token: string): Promise<{ session: string; expiresAt: number }>;
	/** Who a session's secret stands for. */
	session(secret: string): Promise<{ role: "owner" } | null>;
}

export function createOwnerSessions({ store, clock }: { store: OwnerSessionStore; clock: Clock }): OwnerSessions {
	return {
		async invite() {
			const token = newSecret();
			await store.setInvite(hash(token), clock.now() + inviteLifeMs);
			return { token };
		},
		async redeem(token) {
			if (!(await store.spendInvite(hash(token), clock.now()))) {
				throw new AppError("invite-spent", "This owner address was used already or is no longer good.", {
					kind: "unauthenticated",
					mend: "npm start prints a new one",
				});
			}
			const session = newSecret();
			const expiresAt = clock.now() + sessionLifeMs;
			await store.insertSession(hash(session), expiresAt);
			return { session, expiresAt };
		},
		session: async (secret) => ((await store.hasSession(hash(secret), clock.now())) ? { role: "owner" } : null),
	};
}

// Secrets have 256 bits, so a plain hash is enough: there is nothing to guess (no salt, no stretching).
function hash(secret: string): string {
	return createHash("sha256").update(secret).digest("hex");
}
