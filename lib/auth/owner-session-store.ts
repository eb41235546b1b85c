/** What owner sessions need of a store. Only hashes are kept, never a secret itself. */
export interface OwnerSessionStore {
	/** Replaces every unused invite by this one. */
	setInvite(hash: string, expiresAt: number): Promise<void>;
	/** Removes the invite and says whether it was there and still good: once only, atomically. */
	spendInvite(hash: string, now: number): Promise<boolean>;
	insertSession(hash: string, expiresAt: number): Promise<void>;
	/** True while the session lasts. */
	hasSession(hash: string, now: number): Promise<boolean>;
}
