import { readFile, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { AppError } from "../core/errors.ts";

const gib = 1024 ** 3;

/**
 * What a host needs at least. A cluster of one node with its workload takes about 0.6 GiB, the engine and the page 0.4; linking
 * Kubernetes takes 2.5 for some minutes (measured while building images on two cores).
 */
export const neededMemoryBytes = 3.5 * gib;
/** Images, Go's module and build caches and one lab were 13 GiB; without builds a lab's own disk is what is left to need. */
export const neededDiskBytes = { building: 16 * gib, running: 3 * gib };

export interface MemoryFigures {
	totalBytes: number;
	availableBytes: number;
}

/** @param meminfo the text of /proc/meminfo */
export function parseMemory(meminfo: string): MemoryFigures {
	const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(meminfo)?.[1] ?? 0) * 1024;
	return { totalBytes: bytes("MemTotal"), availableBytes: bytes("MemAvailable") + bytes("SwapFree") };
}

/** A size in words: `3.5 GiB`. */
export function inGib(bytes: number): string {
	return `${(bytes / gib).toFixed(1)} GiB`;
}

/** @throws AppError `too-little-memory` */
export async function checkMemory(): Promise<MemoryFigures> {
	const memory = parseMemory(await readFile("/proc/meminfo", "utf8"));
	if (memory.availableBytes >= neededMemoryBytes) return memory;
	throw new AppError(
		"too-little-memory",
		`Faultline needs ${inGib(neededMemoryBytes)} of free memory for clusters; this host has ${inGib(memory.availableBytes)} of ${inGib(memory.totalBytes)} free.`,
		{
			mend: "End other programs, or add memory or swap: fallocate -l 4G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile",
		},
	);
}

/** Bytes left where a folder is, or would be made. */
export async function freeDiskBytes(folder: string): Promise<number> {
	try {
		const found = await statfs(folder);
		return found.bavail * found.bsize;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(folder) === folder) throw error;
		return freeDiskBytes(dirname(folder));
	}
}

/**
 * @param folders where images, caches and state go
 * @throws AppError `too-little-disk` naming the folder
 */
export async function checkDisk(folders: readonly string[], neededBytes: number): Promise<void> {
	for (const folder of folders) {
		const free = await freeDiskBytes(folder);
		if (free >= neededBytes) continue;
		throw new AppError("too-little-disk", `${folder} needs ${inGib(neededBytes)} of free disk and has ${inGib(free)}.`, {
			mend: "Free some space there (docker system prune removes what Docker no longer uses), or set FAULTLINE_CACHE to another disk.",
		});
	}
}

/** @throws AppError `port-taken` or `address-not-usable` naming the variable to change */
export async function checkPort(host: string, port: number): Promise<void> {
	const server = createServer();
	try {
		await new Promise<void>((resolve, reject) => {
			server.once("error", reject);
			server.listen({ host, port, exclusive: true }, resolve);
		});
	} catch (cause) {
		const code = (cause as NodeJS.ErrnoException).code;
		if (code === "EADDRINUSE") {
			throw new AppError("port-taken", `Another program listens on ${host}:${port}.`, {
				mend: `FAULTLINE_PORT=${port + 1} npm start, or end that program (ss -ltnp "sport = :${port}" names it).`,
				cause,
			});
		}
		throw new AppError("address-not-usable", `Faultline can't listen on ${host}:${port}: ${code ?? cause}.`, {
			mend: "Set FAULTLINE_HOST to an address of this host and FAULTLINE_PORT to a port that this user may open.",
			cause,
		});
	} finally {
		await new Promise<void>((resolve) => server.close(() => resolve()));
	}
}
