import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { findCgroup } from "../lib/providers/kind/cgroup.ts";
import { createDocker } from "../lib/providers/kind/docker.ts";

/** What an instance has on the host, by name; each list sorted. */
export interface Census {
	containers: string[];
	networks: string[];
	/** Of Docker, those without a name of ours too, as long as a container of the instance has had them. */
	volumes: string[];
	/** Control groups that containers of the instance have had. */
	cgroups: string[];
	/** Of labs that are not destroyed. */
	rows: string[];
	/** Folders of labs in the data directory; what is recorded of an attempt stays, and is none. */
	folders: string[];
}

const inspected = z.array(
	z.object({
		Id: z.string(),
		Name: z.string(),
		State: z.object({ Pid: z.number() }),
		Mounts: z.array(z.object({ Type: z.string(), Name: z.string().optional() })),
	}),
);

/**
 * Counts what an instance has. What has no name of the instance's, volumes and control groups, is remembered from one
 * count to the next: whatever was once seen and is still there counts.
 */
export function createCensus(options: { docker: string; instanceId: string; dataDir: string }) {
	const docker = createDocker(options.docker);
	// By name: what kind makes has no label of ours.
	const own = `fl-${options.instanceId}-`;
	const volumes = new Set<string>();
	const cgroups = new Set<string>();

	async function look(): Promise<string[]> {
		const ids = (await docker.containers(own)).map(({ id }) => id);
		if (ids.length === 0) return [];
		// One that goes meanwhile is not told of, and makes Docker's exit code 1.
		const { stdout } = await docker.run(["inspect", "--type", "container", ...ids]);
		const found = inspected.parse(JSON.parse(stdout));
		for (const { Id: id, State, Mounts } of found) {
			for (const { Type, Name } of Mounts) if (Type === "volume" && Name) volumes.add(Name);
			const group = State.Pid > 0 ? await findCgroup({ id, pid: State.Pid }) : undefined;
			for (const path of group ? [group.memory, group.cpu] : []) cgroups.add(path);
		}
		return found.map(({ Name }) => Name.replace(/^\//, ""));
	}

	return {
		/** Remembers what is there now. */
		look,
		/** @param rows labs that the engine still keeps something for */
		async count(rows: readonly string[]): Promise<Census> {
			const containers = await look();
			const known = new Set((await docker.must(["volume", "ls", "--quiet"])).split("\n"));
			return {
				containers: containers.sort(),
				networks: (await docker.networks(own)).map(({ name }) => name).sort(),
				volumes: [...volumes].filter((name) => known.has(name)).sort(),
				cgroups: [...cgroups].filter((path) => existsSync(path)).sort(),
				rows: rows.toSorted(),
				folders: (await readdir(join(options.dataDir, "labs")).catch(() => [])).sort(),
			};
		},
	};
}

export const nothing: Census = { containers: [], networks: [], volumes: [], cgroups: [], rows: [], folders: [] };

/** What is there now and was not before, in words: `network fl-x-y-network`. */
export function leftOver(before: Census, now: Census): string[] {
	return (Object.keys(now) as (keyof Census)[]).flatMap((kind) =>
		now[kind].filter((name) => !before[kind].includes(name)).map((name) => `${kind.replace(/s$/, "")} ${name}`),
	);
}
