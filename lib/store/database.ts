import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import SQLite from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { Migrator } from "kysely/migration";
import { AppError } from "../core/errors.ts";
import { migrations } from "./migrations.ts";
import type { Schema } from "./schema.ts";

export type Database = Kysely<Schema>;

/**
 * Opens the engine's database and brings its schema up to date.
 * @param file path, or `:memory:`
 * @throws AppError `database-migration`, for one where a newer Faultline has written it
 */
export async function openDatabase(file: string): Promise<Database> {
	if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
	const sqlite = new SQLite(file);
	// WAL with FULL: a state change that was answered survives a crash of the process and of the host.
	sqlite.pragma("journal_mode = WAL");
	sqlite.pragma("synchronous = FULL");
	sqlite.pragma("foreign_keys = ON");
	const database = new Kysely<Schema>({ dialect: new SqliteDialect({ database: sqlite }) });
	const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
	const { error } = await migrator.migrateToLatest();
	if (error) {
		await database.destroy();
		throw new AppError("database-migration", `${file} can't be brought up to date: ${error instanceof Error ? error.message : error}`, {
			mend: "Use the Faultline that last wrote it, or another FAULTLINE_DATA. Nothing was changed.",
			cause: error,
		});
	}
	return database;
}
