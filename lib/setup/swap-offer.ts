import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Env } from "../core/env.ts";
import { AppError } from "../core/errors.ts";
import { labMemory, roomForLabs } from "../core/lab-memory.ts";
import { canReclaim, parseSwap } from "../core/swap.ts";
import { freeDiskBytes, inGib, neededDiskBytes, parseMemory } from "./host-checks.ts";
import { makeSwapFile, parseSize, resumeSwapFile, swapFileOf } from "./swap-file.ts";

const gib = 1024 ** 3;

interface SwapOffer {
	sizeBytes: number;
	/** What it brings and what it costs. */
	words: string;
}

/**
 * The size to offer: twice the memory, or half of the disk that is to spare. Null where that is not worth a file.
 * @param meminfo the text of /proc/meminfo
 */
export function offerOf(meminfo: string, { freeDisk, file }: { freeDisk: number; file: string }): SwapOffer | null {
	const { totalBytes } = parseMemory(meminfo);
	const availableBytes = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? 0) * 1024;
	const spare = freeDisk - neededDiskBytes.building;
	const sizeBytes = Math.floor(Math.min(2 * totalBytes, spare / 2) / gib) * gib;
	if (sizeBytes < 2 * labMemory(1).swapBytes) return null;
	const { inMemory, withSwap } = roomForLabs({ availableBytes, freeSwapBytes: sizeBytes });
	if (withSwap < inMemory + 2) return null;
	const words = [
		"This host has no swap, so labs that are kept ready stay in memory.",
		`Memory now has room for about ${inMemory} of them; with a swap file of ${inGib(sizeBytes)} for about ${withSwap}.`,
		`It costs ${inGib(sizeBytes)} of disk (${file}) until npm stop -- --destroy. A lab from there wakes in about two seconds.`,
		"All programs of this host then swap to it as well.",
	].join("\n");
	return { sizeBytes, words };
}

interface OfferOptions {
	env: Pick<Env, "dataDir">;
	/** Of npm start. */
	args: readonly string[];
	signal: AbortSignal;
	print: (text: string) => void;
}

/**
 * Swap for frozen labs: made where it was asked for, by `--swap-file <size>` or by an answer in a terminal, which is
 * remembered; never otherwise. What was made before is switched on again.
 * @throws AppError `bad-size`, and those of {@link makeSwapFile}
 */
export async function offerSwap({ env: { dataDir }, args, signal, print }: OfferOptions): Promise<void> {
	const file = swapFileOf(dataDir);
	const asked = askedSize(args);
	if (asked !== null) {
		const made = await makeSwapFile({ dataDir, signal, bytes: asked });
		return print(made === "made" ? `Made a swap file of ${inGib(asked)}: ${file}.` : `The swap file is there already: ${file}.`);
	}
	// Set-up alone is for machines: nobody is there to be asked.
	if ((await resumeSwapFile({ dataDir, signal })) || args.includes("--set-up-only")) return;
	const [meminfo, swaps] = await Promise.all(["/proc/meminfo", "/proc/swaps"].map((path) => readFile(path, "utf8").catch(() => "")));
	const declined = join(dataDir, "swap-declined");
	if (parseSwap(meminfo ?? "", swaps ?? "").totalBytes > 0 || !(await canReclaim()) || existsSync(declined)) return;
	const offer = offerOf(meminfo ?? "", { freeDisk: await freeDiskBytes(dataDir), file });
	if (!offer) return;
	const size = `${offer.sizeBytes / gib}G`;
	if (!process.stdin.isTTY || !process.stdout.isTTY) return print(`${offer.words}\nTo make it: npm start -- --swap-file ${size}\n`);
	print(offer.words);
	const answer = await ask(`Make it? y for ${size}, another size as 8G, or Enter for no: `, signal);
	if (/^(|n|no)$/i.test(answer)) {
		await mkdir(dataDir, { recursive: true, mode: 0o700 });
		await writeFile(declined, "npm start -- --swap-file <size> makes one all the same.\n");
		return print(`Not asked again. npm start -- --swap-file ${size} makes one all the same.\n`);
	}
	await makeSwapFile({ dataDir, signal, bytes: /^y(es)?$/i.test(answer) ? offer.sizeBytes : parseSize(answer) });
	print(`Made ${file}.\n`);
}

/** @returns bytes, or null where no size is asked for */
export function askedSize(args: readonly string[]): number | null {
	const at = args.findIndex((arg) => arg === "--swap-file" || arg.startsWith("--swap-file="));
	if (at < 0) return null;
	return parseSize(args[at]?.split("=")[1] ?? args[at + 1] ?? "");
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	const ended = new AbortController();
	terminal.once("SIGINT", () => ended.abort(new AppError("interrupted", "Ended by Ctrl-C.", { kind: "invalid" })));
	try {
		return (await terminal.question(question, { signal: AbortSignal.any([signal, ended.signal]) })).trim();
	} catch (error) {
		throw ended.signal.aborted ? ended.signal.reason : error;
	} finally {
		terminal.close();
	}
}
