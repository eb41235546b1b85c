import { mustRun } from "../../core/run-command.ts";
import type { ArtefactStore } from "../artefact.ts";

/** What every builder of an image is given. */
export interface ImageContext extends ArtefactStore {
	/** The checkout, absolute. */
	root: string;
	/** The docker program, absolute; its engine runs and can run privileged containers. */
	docker: string;
	/** The go program, absolute, from {@link import("../go-toolchain.ts").ensureGo}. */
	go: string;
	log: (line: string) => void;
}

/** Go's and Docker's name of this host's architecture. */
export function architecture(): string {
	return process.arch === "x64" ? "amd64" : process.arch;
}

/**
 * Runs a slow program below everything that a person waits for.
 * @returns its standard output
 */
export function runLow(context: ImageContext, file: string, args: readonly string[], options: LowOptions): Promise<string> {
	return mustRun("nice", ["-n", "10", file, ...args], { ...options, signal: context.signal });
}

interface LowOptions {
	timeoutMs: number;
	cwd?: string;
	env?: Record<string, string>;
}
