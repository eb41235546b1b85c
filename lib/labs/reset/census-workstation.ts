import { AppError } from "../../core/errors.ts";
import type { LabEnvironment } from "../../providers/provider.ts";

const commandMs = 60_000;

/** The learner's home and processes, as lists of lines. */
export interface WorkstationCensus {
	files: string[];
	processes: string[];
}

/** Where the learner can write; kubectl's cache is no trace of anything. */
const places = '"$HOME" /tmp /var/tmp /dev/shm';

/** The shell that asks and what it stands under are no findings. */
const ownProcesses = `
mine() { local p=$1; while [ "$p" -gt 1 ] 2>/dev/null; do [ "$p" = $$ ] && return 0; p=$(awk '/^PPid/ { print $2 }' /proc/$p/status 2>/dev/null); done; return 1; }
theirs() { for p in /proc/[0-9]*; do p=\${p#/proc/}; [ -O /proc/$p ] && [ "$p" != $$ ] && [ "$p" != $PPID ] && ! mine "$p" && echo "$p"; done; }`;

const takeScript = `${ownProcesses}
find ${places} -mindepth 1 -user "$(id -u)" -path "$HOME/.kube/cache" -prune -o -user "$(id -u)" -mindepth 1 -printf '%y %m %p %l\\n' | LC_ALL=C sort
find ${places} -type f -user "$(id -u)" -not -path "$HOME/.kube/cache/*" -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
echo ===
for p in $(theirs); do read -r comm < /proc/$p/comm && echo "$comm"; done`;

/**
 * Ends what the learner left running, empties every place where the learner can write, and unpacks the home as it was
 * (standard input, base64). Twice over the processes: one may have started another.
 */
const restoreScript = `${ownProcesses}
for round in 1 2 3; do for p in $(theirs); do kill -KILL "$p"; done; done 2>/dev/null
chmod -R u+rwX "$HOME" 2>/dev/null
find ${places} -mindepth 1 -maxdepth 1 -user "$(id -u)" -exec rm -rf {} + 2>/dev/null
base64 -d | tar -C "$HOME" -xpf -`;

/** @throws AppError `workstation-unreadable` */
export async function takeWorkstation(environment: LabEnvironment, signal: AbortSignal): Promise<WorkstationCensus> {
	const [files = "", processes = ""] = (await run(environment, takeScript, signal)).split("===\n");
	const lines = (text: string) => text.split("\n").filter((line) => line !== "");
	return { files: lines(files), processes: lines(processes).sort() };
}

/** The home as an archive, base64. */
export function packHome(environment: LabEnvironment, signal: AbortSignal): Promise<string> {
	return run(environment, 'tar -C "$HOME" --exclude=./.kube/cache -cpf - . | base64 -w 0', signal);
}

export async function restoreWorkstation(environment: LabEnvironment, home: string, signal: AbortSignal): Promise<void> {
	await run(environment, restoreScript, signal, home);
}

async function run(environment: LabEnvironment, script: string, signal: AbortSignal, stdin?: string): Promise<string> {
	const result = await environment.exec(["bash", "-c", script], {
		timeoutMs: commandMs,
		signal,
		...(stdin === undefined ? {} : { stdin }),
	});
	if (result.exitCode === 0) return result.stdout;
	throw new AppError("workstation-unreadable", `The workstation does not answer: ${result.stderr.trim().slice(-300)}`, { retryable: true });
}
