import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** The schema's history by name, in the order of the names. Never edit one that has been released: add the next. */
export const migrations: Record<string, Migration> = {
	"001-labs": {
		async up(database: Kysely<unknown>) {
			await database.schema
				.createTable("lab")
				.addColumn("id", "text", (column) => column.primaryKey())
				.addColumn("scenario", "text", (column) => column.notNull())
				.addColumn("seed", "integer", (column) => column.notNull())
				.addColumn("state", "text", (column) => column.notNull())
				.addColumn("created_at", "bigint", (column) => column.notNull())
				.addColumn("ready_at", "bigint")
				.addColumn("expires_at", "bigint")
				.addColumn("solved_at", "bigint")
				.addColumn("hints_shown", "integer", (column) => column.notNull())
				.addColumn("revealed", "integer", (column) => column.notNull())
				.addColumn("report", "text")
				.addColumn("failure", "text")
				.execute();
			await database.schema
				.createTable("stage")
				.addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
				.addColumn("lab_id", "text", (column) => column.notNull().references("lab.id").onDelete("cascade"))
				.addColumn("name", "text", (column) => column.notNull())
				.addColumn("started_at", "bigint", (column) => column.notNull())
				.addColumn("ended_at", "bigint")
				.execute();
			await database.schema.createIndex("stage_of_lab").on("stage").columns(["lab_id", "id"]).execute();
			await database.schema.createIndex("stage_by_name").on("stage").columns(["name", "id"]).execute();
			await database.schema
				.createTable("timeline")
				.addColumn("lab_id", "text", (column) => column.notNull().references("lab.id").onDelete("cascade"))
				.addColumn("seq", "integer", (column) => column.notNull())
				.addColumn("at", "bigint", (column) => column.notNull())
				.addColumn("kind", "text", (column) => column.notNull())
				.addColumn("text", "text", (column) => column.notNull())
				.addColumn("data", "text", (column) => column.notNull())
				.addPrimaryKeyConstraint("timeline_key", ["lab_id", "seq"])
				.execute();
			for (const table of ["invite", "session"]) {
				await database.schema
					.createTable(table)
					.addColumn("hash", "text", (column) => column.primaryKey())
					.addColumn("expires_at", "bigint", (column) => column.notNull())
					.execute();
			}
		},
	},
	"002-faults": {
		async up(database: Kysely<unknown>) {
			await database.schema
				.alterTable("lab")
				.addColumn("checks", "integer", (column) => column.notNull().defaultTo(0))
				.execute();
			await database.schema
				.createTable("fault_view")
				.addColumn("lab_id", "text", (column) => column.primaryKey().references("lab.id").onDelete("cascade"))
				.addColumn("view", "text", (column) => column.notNull())
				.execute();
		},
	},
	"003-pool": {
		async up(database: Kysely<unknown>) {
			const text = (name: string) =>
				database.schema
					.alterTable("lab")
					.addColumn(name, "text", (column) => column.notNull().defaultTo(""))
					.execute();
			await text("environment_id");
			await text("version");
			await database.schema
				.alterTable("lab")
				.addColumn("pooled", "integer", (column) => column.notNull().defaultTo(0))
				.execute();
			await sql`update lab set environment_id = id`.execute(database);
		},
	},
	"004-resting": {
		async up(database: Kysely<unknown>) {
			await database.schema.alterTable("lab").addColumn("resting_since", "bigint").execute();
		},
	},
	"005-queue": {
		async up(database: Kysely<unknown>) {
			const time = (name: string) => database.schema.alterTable("lab").addColumn(name, "bigint").execute();
			await time("admitted_at");
			await time("ended_at");
			await database.schema
				.alterTable("lab")
				// Until now there was one person: whoever has the owner's address or reaches the socket.
				.addColumn("person", "text", (column) => column.notNull().defaultTo("owner"))
				.execute();
			await sql`update lab set admitted_at = created_at`.execute(database);
		},
	},
	"006-cold": {
		async up(database: Kysely<unknown>) {
			await database.schema
				.alterTable("lab")
				.addColumn("cold", "integer", (column) => column.notNull().defaultTo(0))
				.execute();
		},
	},
	"007-turns": {
		async up(database: Kysely<unknown>) {
			await database.schema
				.alterTable("lab")
				.addColumn("turn", "integer", (column) => column.notNull().defaultTo(0))
				.execute();
		},
	},
	"008-alive": {
		async up(database: Kysely<unknown>) {
			await database.schema
				.createTable("alive")
				.addColumn("id", "integer", (column) => column.primaryKey())
				.addColumn("at", "bigint", (column) => column.notNull())
				.execute();
		},
	},
	"009-any-seed": {
		async up(database: Kysely<unknown>) {
			await database.schema
				.alterTable("lab")
				.addColumn("any_seed", "integer", (column) => column.notNull().defaultTo(0))
				.execute();
		},
	},
};
