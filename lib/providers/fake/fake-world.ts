import type { ExecOptions, ExecResult, LabProbe, LabSpec, ProbeResult } from "../provider.ts";

/** The steps of a fake lab's making; in their order. */
export const fakeSteps = ["Preparing the network", "Creating the cluster", "Starting CoreDNS", "Preparing the workstation"] as const;
export type FakeStep = (typeof fakeSteps)[number];

export interface FakeLab {
	spec: LabSpec;
	contents: string | undefined;
	/** Steps that have ended. */
	made: Set<FakeStep>;
	frozen: boolean;
	/** Reclaimed since it was frozen. */
	cold: boolean;
}

type Exec = (labId: string, command: readonly string[], options: ExecOptions) => ExecResult | Promise<ExecResult> | undefined;

/**
 * What outlives an engine: labs on a host that does not exist. Providers made over one world one after another are
 * engines that were restarted.
 */
export interface FakeWorld {
	labs: Map<string, FakeLab>;
	/** Keys of contents that labs can hold from their start. */
	prepared: Set<string>;
	/** Every call of a provider or environment, in order: `create a1`, `freeze a1`. */
	calls: string[];
	/** Errors that steps throw, once each. */
	failures: Map<FakeStep, Error>;
	/** Steps at which a create hangs until it is aborted, as if the engine had died there. */
	stalls: Set<FakeStep>;
	/** What labs of all instances may take together. */
	memoryBytes: number;
	/** What other instances have of it. */
	othersBytes: number;
	/** What this instance has told the others that it grants. */
	granted: Readonly<Record<string, number>>;
	/** Null: a host without swap. */
	freeSwapBytes: number | null;
	/** Answers in the place of the workstation, the nodes and kubectl; undefined falls back to {@link answer}. */
	onExec?: Exec;
	onNodeExec?: Exec;
	onKubectl?: Exec;
	/** Called before a lab is frozen: something may come first. */
	onFreeze?: ((labId: string) => Promise<void>) | undefined;
	/** Called before labs are listed: something may come between. */
	onList?: (() => Promise<void>) | undefined;
	/** Called before a lab is removed. */
	onDestroy?: ((labId: string) => Promise<void>) | undefined;
	/** Called while a lab is reclaimed. */
	onReclaim?: ((labId: string, signal: AbortSignal) => Promise<void>) | undefined;
	onProbe?: (labId: string, probe: LabProbe) => Omit<ProbeResult, "id"> | undefined;
}

export function createFakeWorld(): FakeWorld {
	return {
		labs: new Map(),
		prepared: new Set(),
		calls: [],
		failures: new Map(),
		stalls: new Set(),
		memoryBytes: 8 * 1024 ** 3,
		othersBytes: 0,
		granted: {},
		freeSwapBytes: null,
	};
}

const done = (stdout: string): ExecResult => ({ exitCode: 0, stdout, stderr: "" });

/** The few programs that every fake machine has: true, false, cat, printenv, whoami, and kubectl's readiness. */
export function answer(lab: FakeLab, user: string, command: readonly string[], options: ExecOptions): ExecResult {
	const [program, first] = command;
	if (program === "true") return done("");
	if (program === "false") return { exitCode: 1, stdout: "", stderr: "" };
	if (program === "whoami") return done(`${user}\n`);
	if (program === "cat" && first === undefined) return done(options.stdin ?? "");
	if (program === "cat" && first !== undefined && lab.spec.files[first] !== undefined) return done(lab.spec.files[first]);
	if (program === "printenv" && first !== undefined && options.env?.[first] !== undefined) return done(`${options.env[first]}\n`);
	if (command.join(" ") === "get --raw /readyz") return done("ok");
	return { exitCode: 127, stdout: "", stderr: `${command.join(" ")}: this fake machine does not know that` };
}
