import type { OwnerSessionStore } from "../auth/owner-session-store.ts";
import type { Database } from "./database.ts";

/** Owner sessions in the database. */
export function createOwnerSessionStore(database: Database): OwnerSessionStore {
	return {
		setInvite: (hash, expiresAt) =>
			database.transaction().execute(async (transaction) => {
				await transaction.deleteFrom("invite").execute();
				await transaction.insertInto("invite").values({ hash, expires_at: expiresAt }).execute();
			}),
		async spendInvite(hash, now) {
			const { numDeletedRows } = await database
				.deleteFrom("invite")
				.where("hash", "=", hash)
				.where("expires_at", ">", now)
				.executeTakeFirst();
			return numDeletedRows === 1n;
		},
		async insertSession(hash, expiresAt) {
			await database.insertInto("session").values({ hash, expires_at: expiresAt }).execute();
		},
		async hasSession(hash, now) {
			const row = await database
				.selectFrom("session")
				.select("hash")
				.where("hash", "=", hash)
				.where("expires_at", ">", now)
				.executeTakeFirst();
			return row !== undefined;
		},
	};
}
