import { availablePackages, missingPackages } from "./apt.ts";
import type { SetupContext } from "./context.ts";
import { askEngine } from "./docker-probe.ts";
import { findProgram } from "./find-program.ts";
import { findGo } from "./go-toolchain.ts";

/** Programs that set-up calls, by the Debian package that brings them. */
const programs = { debootstrap: "debootstrap", iptables: "iptables" } as const;

/**
 * The Debian packages that this host still lacks, so that apt runs once and nothing else of set-up waits for its lock.
 * A program that is there by other means is not installed again.
 */
export async function neededPackages(context: SetupContext): Promise<string[]> {
	const wanted: string[] = [];
	for (const [program, name] of Object.entries(programs)) if (!(await findProgram(program))) wanted.push(name);
	wanted.push(...(await dockerPackages(context.signal)));
	const hasGo = (await findProgram("go")) ?? (await findGo(context.env.cacheDir, context.signal));
	if (!hasGo) wanted.push("golang-go");
	return wanted.length === 0 ? [] : missingPackages([...new Set([...wanted, "ca-certificates"])], context.signal);
}

async function dockerPackages(signal: AbortSignal): Promise<string[]> {
	const docker = await findProgram("docker");
	if (docker && ((await findProgram("dockerd")) || (await askEngine(docker, signal)).up)) return [];
	// From Debian 13 on the client is a package of its own.
	return ["docker.io", ...(docker ? [] : await availablePackages(["docker-cli"], signal))];
}
