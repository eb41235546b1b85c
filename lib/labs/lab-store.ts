import type { ErrorBody } from "../core/errors.ts";
import type { ClusterView } from "../grading/cluster-view.ts";
import type { LabState, Stage } from "../protocol/lab.ts";
import type { GradeReport } from "../protocol/report.ts";

/** A lab as it is kept. Times are milliseconds since the epoch. */
export interface LabRecord {
	id: string;
	scenario: string;
	seed: number;
	state: LabState;
	createdAt: number;
	readyAt: number | null;
	expiresAt: number | null;
	solvedAt: number | null;
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
	/** Keeps the cluster as the fault left it: what a repair is compared with. */
	keepFault(id: string, view: ClusterView): Promise<void>;
	faultOf(id: string): Promise<ClusterView | undefined>;
	get(id: string): Promise<LabRecord | undefined>;
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
