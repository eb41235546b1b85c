import type { Clock } from "../core/clock.ts";
import { stillRuns } from "./instance-files.ts";

/**
 * Ends a process: asks, waits, and kills it where it does not listen. One that is gone already is fine.
 * @returns true where it had to be killed
 */
export async function endProcess(
	recorded: { pid: number; startTime: string },
	options: { graceMs: number; clock: Clock },
): Promise<boolean> {
	const { graceMs, clock } = options;
	if (!(await send(recorded, "SIGTERM"))) return false;
	const deadline = clock.now() + graceMs;
	while (clock.now() < deadline) {
		if (!(await stillRuns(recorded))) return false;
		await clock.sleep(50);
	}
	return send(recorded, "SIGKILL");
}

async function send(recorded: { pid: number; startTime: string }, signal: NodeJS.Signals): Promise<boolean> {
	if (!(await stillRuns(recorded))) return false;
	try {
		process.kill(recorded.pid, signal);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
		throw error;
	}
}
