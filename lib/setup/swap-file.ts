import { mkdir, open, readFile, realpath, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../core/errors.ts";
import { mustRun } from "../core/run-command.ts";
import { freeDiskBytes, inGib, neededDiskBytes } from "./host-checks.ts";

const gib = 1024 ** 3;
const timeoutMs = 60_000;
/** What is still in it comes back to memory, at the speed of the disk. */
const swapOffTimeoutMs = 10 * 60_000;

interface SwapFileOptions {
	dataDir: string;
	signal: AbortSignal;
}

/** Ours by its place: nothing else is ever switched off or removed. */
export function swapFileOf(dataDir: string): string {
	return join(dataDir, "swapfile");
}

/**
 * @param text a size as programs take it: `16G`, `512M`
 * @throws AppError `bad-size`
 */
export function parseSize(text: string): number {
	const [, number, unit] = /^(\d+)\s*([GM])i?B?$/i.exec(text.trim()) ?? [];
	const bytes = Number(number) * (unit?.toUpperCase() === "G" ? gib : 1024 ** 2);
	if (bytes >= 64 * 1024 ** 2) return bytes;
	throw new AppError("bad-size", `"${text}" is no size for a swap file.`, { kind: "invalid", mend: "npm start -- --swap-file 16G" });
}

/** Whether the kernel swaps to a file now. @param swaps the text of /proc/swaps, which writes odd characters in octal */
export function isSwapOn(file: string, swaps: string): boolean {
	const names = swaps.split("\n").map((line) => line.split(/\s+/)[0] ?? "");
	return names.some((name) => name.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) === file);
}

// The kernel names the file behind links.
const isOn = async (file: string): Promise<boolean> =>
	isSwapOn(await realpath(file), await readFile("/proc/swaps", "utf8").catch(() => ""));

async function exists(file: string): Promise<boolean> {
	return stat(file).then(
		() => true,
		() => false,
	);
}

/**
 * Makes the swap file, or switches it on where it is there already: its size is then what it was.
 * @throws AppError `too-little-disk`, `not-root`, or `swap-refused` with the kernel's words, and nothing is left of it
 */
export async function makeSwapFile({ dataDir, signal, bytes }: SwapFileOptions & { bytes: number }): Promise<"made" | "unchanged"> {
	const file = swapFileOf(dataDir);
	if (await resumeSwapFile({ dataDir, signal })) return "unchanged";
	if (process.getuid?.() !== 0) {
		throw new AppError("not-root", "Only root may make a swap file.", {
			kind: "invalid",
			mend: `sudo npm start -- --swap-file ${inG(bytes)}`,
		});
	}
	await mkdir(dataDir, { recursive: true, mode: 0o700 });
	const free = await freeDiskBytes(dataDir);
	if (free < bytes + neededDiskBytes.building) {
		const most = Math.max(0, Math.floor((free - neededDiskBytes.building) / gib));
		throw new AppError("too-little-disk", `A swap file of ${inGib(bytes)} does not fit: ${inGib(free)} are free at ${dataDir}.`, {
			kind: "invalid",
			mend: most > 0 ? `npm start -- --swap-file ${most}G` : "Free some space there first.",
		});
	}
	// What is there and can't be switched on was cut short as it was made.
	await rm(file, { force: true });
	try {
		// Nobody else may read what was in memory.
		await (await open(file, "wx", 0o600)).close();
		await mustRun("fallocate", ["--length", String(bytes), file], { timeoutMs, signal });
		await mustRun("mkswap", ["--label", "faultline", file], { timeoutMs, signal });
		await mustRun("swapon", [file], { timeoutMs, signal });
	} catch (cause) {
		await rm(file, { force: true });
		signal.throwIfAborted();
		const said = cause instanceof Error ? cause.message : String(cause);
		throw new AppError("swap-refused", `This host does not swap to ${file}: ${said}`, {
			mend: "Put FAULTLINE_DATA on a disk with ext4 or xfs, or go on without: npm start",
			cause,
		});
	}
	return "made";
}

/** Switches on the swap file that is there, as after a restart of the host. @returns whether there is one and it is on */
export async function resumeSwapFile({ dataDir, signal }: SwapFileOptions): Promise<boolean> {
	const file = swapFileOf(dataDir);
	if (!(await exists(file))) return false;
	if (await isOn(file)) return true;
	return mustRun("swapon", [file], { timeoutMs, signal }).then(
		() => true,
		() => false,
	);
}

/** Switches our swap file off and removes it. @returns whether there was one */
export async function removeSwapFile({ dataDir, signal }: SwapFileOptions): Promise<boolean> {
	const file = swapFileOf(dataDir);
	if (!(await exists(file))) return false;
	if (await isOn(file)) await mustRun("swapoff", [file], { timeoutMs: swapOffTimeoutMs, signal });
	await rm(file);
	return true;
}

const inG = (bytes: number): string => (bytes % gib === 0 ? `${bytes / gib}G` : `${Math.round(bytes / 1024 ** 2)}M`);
