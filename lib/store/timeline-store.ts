import type { TimelineStore } from "../timeline/timeline-store.ts";
import type { Database } from "./database.ts";

/** The timeline in the database: append-only. */
export function createTimelineStore(database: Database): TimelineStore {
	return {
		append: (labId, event) =>
			database.transaction().execute(async (transaction) => {
				const last = await transaction
					.selectFrom("timeline")
					.select(({ fn }) => fn.max("seq").as("seq"))
					.where("lab_id", "=", labId)
					.executeTakeFirst();
				const seq = (last?.seq ?? 0) + 1;
				await transaction
					.insertInto("timeline")
					.values({ ...event, lab_id: labId, seq, data: JSON.stringify(event.data) })
					.execute();
				return { ...event, seq };
			}),
		async after(labId, seq) {
			const rows = await database
				.selectFrom("timeline")
				.select(["seq", "at", "kind", "text", "data"])
				.where("lab_id", "=", labId)
				.where("seq", ">", seq)
				.orderBy("seq")
				.execute();
			return rows.map((row) => ({ ...row, data: JSON.parse(row.data) }));
		},
	};
}
