import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { runCommand } from "../core/run-command.ts";
import { contentHash, inputFiles } from "./input-hash.ts";

// All that Next may compile (the import rules say what pages import), and what decides how.
const inputs = [
	...["app", "lib/auth", "lib/core", "lib/protocol", "lib/terminal/client", "lib/ui", "public"],
	...["next.config.js", "postcss.config.mjs", "tsconfig.json", "tsconfig.next.json", "package.json", "package-lock.json"],
];
const stampName = "faultline-inputs.json";
const stamp = z.object({ quick: z.string(), content: z.string() });

export interface NextBuildOptions {
	root: string;
	/** Relative to the checkout; FAULTLINE_NEXT_DIR. */
	nextDir: string;
	signal: AbortSignal;
	say: (line: string) => void;
}

/**
 * Builds the pages where their inputs have changed since the last build that ended well.
 * @throws AppError `pages-not-built` with what Next said last
 */
export async function ensureNextBuild(options: NextBuildOptions): Promise<"made" | "unchanged"> {
	const { root, nextDir, signal, say } = options;
	const stampFile = join(root, nextDir, stampName);
	const now = await inputFiles(root, inputs, (file) => /\.test\.tsx?$/.test(file));
	const before = await readStamp(stampFile);
	if (before?.quick === now.quick) return "unchanged";
	const content = await contentHash(root, now.files);
	if (before?.content === content) {
		await writeFile(stampFile, JSON.stringify({ quick: now.quick, content }));
		return "unchanged";
	}
	// Without the stamp an interrupted build is not taken for a whole one.
	await rm(stampFile, { force: true });
	say("next build");
	const built = await runCommand(process.execPath, [join(root, "node_modules/next/dist/bin/next"), "build"], {
		timeoutMs: 900_000,
		signal,
		cwd: root,
		env: { FAULTLINE_NEXT_DIR: nextDir, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
	});
	if (built.exitCode !== 0) {
		const said = `${built.stdout}\n${built.stderr}`.trim().split("\n").slice(-25).join("\n");
		throw new AppError("pages-not-built", `The pages could not be built:\n${said}`, { mend: "npx next build shows all of it." });
	}
	await writeFile(stampFile, JSON.stringify({ quick: now.quick, content }));
	return "made";
}

/** Where Next's output goes, relative to the checkout: one folder for each instance that runs at the same time. */
export function readNextDir(source: NodeJS.ProcessEnv = process.env): string {
	return source.FAULTLINE_NEXT_DIR || ".next";
}

async function readStamp(file: string): Promise<z.infer<typeof stamp> | null> {
	try {
		return stamp.parse(JSON.parse(await readFile(file, "utf8")));
	} catch {
		return null;
	}
}
