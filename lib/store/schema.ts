import type { Generated } from "kysely";
import type { LabState, TimelineEvent } from "../protocol/lab.ts";

// Times are milliseconds since the epoch; truth values are 0 and 1 and JSON is text, so that one schema serves SQLite and Postgres.
export interface Schema {
	lab: LabTable;
	/** One row: when an engine ran last. */
	alive: { id: number; at: number };
	fault_view: { lab_id: string; view: string };
	stage: StageTable;
	timeline: TimelineTable;
	invite: SecretTable;
	session: SecretTable;
}

export interface LabTable {
	id: string;
	environment_id: string;
	pooled: number;
	cold: number;
	version: string;
	scenario: string;
	seed: number;
	any_seed: number;
	state: LabState;
	created_at: number;
	person: string;
	turn: number;
	admitted_at: number | null;
	ready_at: number | null;
	expires_at: number | null;
	solved_at: number | null;
	resting_since: number | null;
	ended_at: number | null;
	hints_shown: number;
	revealed: number;
	checks: number;
	report: string | null;
	failure: string | null;
}

interface StageTable {
	id: Generated<number>;
	lab_id: string;
	name: string;
	started_at: number;
	ended_at: number | null;
}

interface TimelineTable {
	lab_id: string;
	seq: number;
	at: number;
	kind: TimelineEvent["kind"];
	text: string;
	data: string;
}

interface SecretTable {
	hash: string;
	expires_at: number;
}
