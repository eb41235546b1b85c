import type { LabRecord, LabStore } from "../labs/lab-store.ts";
import type { LabState } from "../protocol/lab.ts";
import type { Database } from "./database.ts";
import type { LabTable } from "./schema.ts";

// How many earlier runs of a stage its usual time is taken from.
const usualRuns = 15;

/** Rolls a transaction back whose rows are not as they were read. */
const overtaken = new Error("the rows have changed meanwhile");

/** States in which a pooled lab can still become a learner's. */
const takeable: LabState[] = ["requested", "provisioning", "healthy", "faulted", "frozen"];

/** Labs and their stages in the database. */
export function createLabStore(database: Database): LabStore {
	return {
		async insert(lab) {
			await database.insertInto("lab").values(toRow(lab)).execute();
		},
		async update(id, change) {
			const row = toColumns(change);
			if (Object.keys(row).length > 0) await database.updateTable("lab").set(row).where("id", "=", id).execute();
		},
		async transition(id, from, to, change = {}) {
			const { numUpdatedRows } = await database
				.updateTable("lab")
				.set({ ...toColumns(change), state: to })
				.where("id", "=", id)
				.where("state", "=", from)
				.executeTakeFirst();
			return numUpdatedRows === 1n;
		},
		take: (id, change) =>
			database.transaction().execute(async (transaction) => {
				const { numUpdatedRows } = await transaction
					.updateTable("lab")
					.set({ ...toColumns(change), pooled: 0, cold: 0 })
					.where("id", "=", id)
					.where("pooled", "=", 1)
					.where("state", "in", takeable)
					.executeTakeFirst();
				const frozen = await transaction
					.selectFrom("lab")
					.select("id")
					.where("id", "=", id)
					.where("state", "=", "frozen")
					.executeTakeFirst();
				if (numUpdatedRows === 1n && frozen) {
					await transaction.deleteFrom("timeline").where("lab_id", "=", id).execute();
					await transaction.deleteFrom("stage").where("lab_id", "=", id).execute();
				}
				return numUpdatedRows === 1n;
			}),
		async discard(id) {
			const { numUpdatedRows } = await database
				.updateTable("lab")
				.set({ state: "abandoned" })
				.where("id", "=", id)
				.where("pooled", "=", 1)
				.where("state", "in", [...takeable, "failed"])
				.executeTakeFirst();
			return numUpdatedRows === 1n;
		},
		async chill(id) {
			const { numUpdatedRows } = await database
				.updateTable("lab")
				.set({ cold: 1 })
				.where("id", "=", id)
				.where("pooled", "=", 1)
				.where("state", "=", "frozen")
				.executeTakeFirst();
			return numUpdatedRows === 1n;
		},
		async replace(id, from, spare, change) {
			const swap = database.transaction().execute(async (transaction) => {
				const row = { ...toColumns(change), environment_id: spare.environmentId, version: spare.version, state: "frozen" as const };
				const lab = await transaction.updateTable("lab").set(row).where("id", "=", id).where("state", "=", from).executeTakeFirst();
				const fault = await transaction.selectFrom("fault_view").select("view").where("lab_id", "=", spare.id).executeTakeFirst();
				const gone = await transaction
					.deleteFrom("lab")
					.where("id", "=", spare.id)
					.where("pooled", "=", 1)
					.where("state", "=", "frozen")
					.executeTakeFirst();
				if (lab.numUpdatedRows !== 1n || gone.numDeletedRows !== 1n || !fault) throw overtaken;
				await transaction
					.insertInto("fault_view")
					.values({ ...fault, lab_id: id })
					.onConflict((conflict) => conflict.column("lab_id").doUpdateSet(fault))
					.execute();
			});
			return swap.then(
				() => true,
				(error) => {
					if (error === overtaken) return false;
					throw error;
				},
			);
		},
		async remove(id) {
			await database.deleteFrom("lab").where("id", "=", id).execute();
		},
		async keepFault(id, view) {
			const row = { lab_id: id, view: JSON.stringify(view) };
			await database
				.insertInto("fault_view")
				.values(row)
				.onConflict((conflict) => conflict.column("lab_id").doUpdateSet({ view: row.view }))
				.execute();
		},
		async faultOf(id) {
			const row = await database.selectFrom("fault_view").select("view").where("lab_id", "=", id).executeTakeFirst();
			return row && JSON.parse(row.view);
		},
		async ranAt() {
			return (await database.selectFrom("alive").select("at").executeTakeFirst())?.at;
		},
		async noteRun(at) {
			await database
				.insertInto("alive")
				.values({ id: 1, at })
				.onConflict((conflict) => conflict.column("id").doUpdateSet({ at }))
				.execute();
		},
		async get(id) {
			const row = await database.selectFrom("lab").selectAll().where("id", "=", id).executeTakeFirst();
			return row && fromRow(row);
		},
		async list() {
			return (await database.selectFrom("lab").selectAll().orderBy("created_at", "desc").orderBy("id").execute()).map(fromRow);
		},
		async beginStage(labId, name, at) {
			await this.endStages(labId, at);
			await database.insertInto("stage").values({ lab_id: labId, name, started_at: at }).execute();
		},
		async endStages(labId, at) {
			await database.updateTable("stage").set({ ended_at: at }).where("lab_id", "=", labId).where("ended_at", "is", null).execute();
		},
		async clearStages(labId) {
			await database.deleteFrom("stage").where("lab_id", "=", labId).execute();
		},
		async stages(labId) {
			const rows = await database.selectFrom("stage").selectAll().where("lab_id", "=", labId).orderBy("id").execute();
			return Promise.all(
				rows.map(async (row) => ({
					name: row.name,
					startedAt: row.started_at,
					endedAt: row.ended_at,
					usualMs: median(await earlierRuns(database, row.name, labId)),
				})),
			);
		},
	};
}

async function earlierRuns(database: Database, name: string, labId: string): Promise<number[]> {
	const rows = await database
		.selectFrom("stage")
		.select(({ eb }) => eb("ended_at", "-", eb.ref("started_at")).as("ms"))
		.where("name", "=", name)
		.where("lab_id", "<>", labId)
		.where("ended_at", "is not", null)
		.orderBy("id", "desc")
		.limit(usualRuns)
		.execute();
	return rows.map((row) => Number(row.ms));
}

function median(values: number[]): number | null {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}

function toColumns(change: Partial<LabRecord>): Partial<LabTable> {
	const columns: Partial<LabTable> = {
		id: change.id,
		environment_id: change.environmentId,
		pooled: change.pooled === undefined ? undefined : Number(change.pooled),
		cold: change.cold === undefined ? undefined : Number(change.cold),
		version: change.version,
		scenario: change.scenario,
		seed: change.seed,
		any_seed: change.anySeed === undefined ? undefined : Number(change.anySeed),
		state: change.state,
		created_at: change.createdAt,
		person: change.person,
		turn: change.turn,
		admitted_at: change.admittedAt,
		ready_at: change.readyAt,
		expires_at: change.expiresAt,
		solved_at: change.solvedAt,
		resting_since: change.restingSince,
		ended_at: change.endedAt,
		hints_shown: change.hintsShown,
		revealed: change.revealed === undefined ? undefined : Number(change.revealed),
		checks: change.checks,
		report: change.report && JSON.stringify(change.report),
		failure: change.failure && JSON.stringify(change.failure),
	};
	return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

function toRow(lab: LabRecord): LabTable {
	return toColumns(lab) as LabTable;
}

function fromRow(row: LabTable): LabRecord {
	return {
		id: row.id,
		environmentId: row.environment_id,
		pooled: row.pooled === 1,
		cold: row.cold === 1,
		version: row.version,
		scenario: row.scenario,
		seed: row.seed,
		anySeed: row.any_seed === 1,
		state: row.state,
		createdAt: row.created_at,
		person: row.person,
		turn: row.turn,
		admittedAt: row.admitted_at,
		readyAt: row.ready_at,
		expiresAt: row.expires_at,
		solvedAt: row.solved_at,
		restingSince: row.resting_since,
		endedAt: row.ended_at,
		hintsShown: row.hints_shown,
		revealed: row.revealed === 1,
		checks: row.checks,
		report: row.report ? JSON.parse(row.report) : null,
		failure: row.failure ? JSON.parse(row.failure) : null,
	};
}
