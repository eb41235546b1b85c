import { z } from "zod";
import { runCommand } from "../core/run-command.ts";

/** What a Docker Engine says of itself. */
export interface EngineInfo {
	version: string;
	storageDriver: string;
	cgroupVersion: string;
	defaultRuntime: string;
	rootless: boolean;
	rootDir: string;
	containers: number;
	memoryBytes: number;
}

const infoSchema = z.object({
	ServerVersion: z.string().default(""),
	Driver: z.string().default(""),
	CgroupVersion: z.string().default("1"),
	DefaultRuntime: z.string().default("runc"),
	SecurityOptions: z.array(z.string()).nullish(),
	DockerRootDir: z.string().default("/var/lib/docker"),
	Containers: z.number().default(0),
	MemTotal: z.number().default(0),
	ServerErrors: z.array(z.string()).nullish(),
});

export type EngineAnswer = { up: true; info: EngineInfo } | { up: false; said: string; denied: boolean };

/** Asks the Docker Engine that the client finds by itself (DOCKER_HOST, context, socket). */
export async function askEngine(docker: string, signal: AbortSignal): Promise<EngineAnswer> {
	const asked = await runCommand(docker, ["info", "--format", "{{json .}}"], { timeoutMs: 20_000, signal });
	const parsed = infoSchema.safeParse(safeJson(asked.stdout));
	const errors = parsed.success ? (parsed.data.ServerErrors ?? []) : [];
	if (!parsed.success || errors.length > 0 || parsed.data.ServerVersion === "") {
		const said = [...errors, asked.stderr.trim()].filter(Boolean).join(" ") || `docker info ended with ${asked.exitCode}`;
		return { up: false, said, denied: /permission denied/i.test(said) };
	}
	const raw = parsed.data;
	return {
		up: true,
		info: {
			version: raw.ServerVersion,
			storageDriver: raw.Driver,
			cgroupVersion: raw.CgroupVersion,
			defaultRuntime: raw.DefaultRuntime,
			rootless: (raw.SecurityOptions ?? []).some((option) => option.startsWith("name=rootless")),
			rootDir: raw.DockerRootDir,
			containers: raw.Containers,
			memoryBytes: raw.MemTotal,
		},
	};
}

// Two blocks of zeros: a tar archive without a file.
const emptyArchive = new Uint8Array(1024);
const emptyImage = "faultline/empty:1";

/**
 * Runs a privileged container to its end. Its image is empty and its only program is Docker's own init, so nothing is
 * fetched from anywhere.
 * @returns null where it ran, else what Docker said
 */
export async function tryPrivileged(docker: string, signal: AbortSignal): Promise<string | null> {
	const present = await runCommand(docker, ["image", "inspect", emptyImage], { timeoutMs: 20_000, signal });
	if (present.exitCode !== 0) {
		const made = await runCommand(docker, ["import", "--change", "LABEL dev.faultline.artefact=empty", "-", emptyImage], {
			timeoutMs: 30_000,
			signal,
			input: emptyArchive,
		});
		if (made.exitCode !== 0) return made.stderr.trim();
	}
	const init = "/sbin/docker-init";
	const ran = await runCommand(
		docker,
		["run", "--rm", "--privileged", "--init", "--network=none", "--label=dev.faultline.part=probe", emptyImage, init, "--version"],
		{ timeoutMs: 60_000, signal },
	);
	return ran.exitCode === 0 ? null : ran.stderr.trim() || `docker run ended with ${ran.exitCode}`;
}

function safeJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
