import type { ErrorBody } from "../core/errors.ts";
import type { ClusterView } from "../grading/cluster-view.ts";
import type { LabState, Stage } from "../protocol/lab.ts";
import type { GradeReport } from "../protocol/report.ts";

/** A lab as it is kept. Times are milliseconds since the epoch. */
export interface LabRecord {
	id: string;
	/** The lab at the provider: another than `id` once a spare has taken its place. */
	environmentId: string;
	/** Made ahead, and nobody's yet. */
	pooled: boolean;
	/** Of the pool, frozen and moved to swap; no longer so once somebody is given it. */
	cold: boolean;
	/** What it was made from; see `versionOf`. */
	version: string;
	scenario: string;
	seed: number;
	/** Nobody named a seed, and its turn has not come: `seed` was drawn, and gives way to one that is ready. */
	anySeed: boolean;
	state: LabState;
	/** When it was asked for. */
	createdAt: number;
	/** Who asked for it. */
	person: string;
	/** The round in which it has its turn, where it waits; see `turnOf`. */
	turn: number;
	/** When memory was granted to it, and its making begun; null while it waits for its turn. */
	admittedAt: number | null;
	readyAt: number | null;
	expiresAt: number | null;
	solvedAt: number | null;
	/** Since when it rests, where it is `resting`; later by as long as no engine ran meanwhile. */
	restingSince: number | null;
	/** When its use was over. */
	endedAt: number | null;
	hintsShown: number;
	/** The learner gave up and has seen the debrief. */
	revealed: boolean;
	/** Decisive checks of this attempt, resets included. */
	checks: number;
	report: GradeReport | null;
	failure: (ErrorBody & { step: string }) | null;
}

/** What the labs room needs of a store; a write is durable when its promise resolves. */
export interface LabStore {
	insert(lab: LabRecord): Promise<void>;
	/** Changes fields other than the state. */
	update(id: string, change: Partial<Omit<LabRecord, "id" | "state">>): Promise<void>;
	/** Changes the state, and with it other fields, only where it is still `from`: the answer says whether it was. */
	transition(id: string, from: LabState, to: LabState, change?: Partial<Omit<LabRecord, "id" | "state">>): Promise<boolean>;
	/**
	 * Gives a pooled lab to a learner, with what changes by it; what the timeline and the stages told of a lab at rest is
	 * forgotten. False where somebody else was given it, or it is gone.
	 */
	take(id: string, change: Partial<Omit<LabRecord, "id" | "state" | "pooled">>): Promise<boolean>;
	/**
	 * Puts a frozen lab of the pool in the place of a learner's, which is then `frozen`: environment and fault become the
	 * learner's, and the pooled lab is no more. All or nothing: false where either has changed meanwhile.
	 */
	replace(id: string, from: LabState, spare: LabRecord, change: Partial<Omit<LabRecord, "id" | "state">>): Promise<boolean>;
	/** Takes a lab out of the pool for good, and makes it `abandoned`: false where a learner was given it, or it is over. */
	discard(id: string): Promise<boolean>;
	/** Says of a frozen lab of the pool that it was moved to swap: false where a learner was given it, or it is over. */
	chill(id: string): Promise<boolean>;
	/** Forgets a lab altogether. */
	remove(id: string): Promise<void>;
	/** Keeps the cluster as the fault left it: what a repair is compared with. */
	keepFault(id: string, view: ClusterView): Promise<void>;
	faultOf(id: string): Promise<ClusterView | undefined>;
	get(id: string): Promise<LabRecord | undefined>;
	/** When an engine said last that it runs; undefined where none has. */
	ranAt(): Promise<number | undefined>;
	noteRun(at: number): Promise<void>;
	/** Newest first. */
	list(): Promise<LabRecord[]>;
	/** Starts a stage, ending the one before it. */
	beginStage(labId: string, name: string, at: number): Promise<void>;
	endStages(labId: string, at: number): Promise<void>;
	/** Forgets the stages of an earlier run: before a reset. */
	clearStages(labId: string): Promise<void>;
	/** In the order in which they began, with the median of earlier complete runs on this host. */
	stages(labId: string): Promise<Stage[]>;
}
