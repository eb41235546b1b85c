import { readFile, writeFile } from "node:fs/promises";

/** A limit of the kernel that clusters run into, and how high it has to be. */
export interface Limit {
	/** As sysctl(8) writes it. */
	name: string;
	atLeast: number;
	why: string;
}

/** kind's own advice for hosts with several clusters; kubelet, containerd and systemd of each node watch files. */
export const inotifyLimits: readonly Limit[] = [
	{
		name: "fs.inotify.max_user_instances",
		atLeast: 1024,
		why: "each node takes about 20; at 128 the fourth cluster fails with odd errors",
	},
	{ name: "fs.inotify.max_user_watches", atLeast: 524_288, why: "each pod's files are watched" },
];

export interface LimitState extends Limit {
	value: number;
	ok: boolean;
}

export async function readLimits(limits: readonly Limit[] = inotifyLimits): Promise<LimitState[]> {
	return Promise.all(
		limits.map(async (limit) => {
			const value = Number(await readFile(fileOf(limit.name), "utf8"));
			return { ...limit, value, ok: value >= limit.atLeast };
		}),
	);
}

/**
 * Raises limits that are too low until the next boot; never lowers one.
 * @returns what changed, and those that this user may not change
 */
export async function raiseLimits(limits: readonly Limit[] = inotifyLimits): Promise<{ raised: LimitState[]; refused: LimitState[] }> {
	const raised: LimitState[] = [];
	const refused: LimitState[] = [];
	for (const limit of await readLimits(limits)) {
		if (limit.ok) continue;
		const done = await writeFile(fileOf(limit.name), String(limit.atLeast)).then(
			() => true,
			() => false,
		);
		(done ? raised : refused).push(limit);
	}
	return { raised, refused };
}

/** The command that mends limits, for a reader. */
export function raiseCommand(limits: readonly Limit[]): string {
	return `sudo sysctl -w ${limits.map((limit) => `${limit.name}=${limit.atLeast}`).join(" ")}`;
}

function fileOf(name: string): string {
	return `/proc/sys/${name.replaceAll(".", "/")}`;
}
