import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../core/errors.ts";
import { mustRun, runCommand } from "../core/run-command.ts";
import { ensurePackages } from "./apt.ts";
import type { SetupContext } from "./context.ts";
import { findProgram } from "./find-program.ts";

/** What Kubernetes 1.36 asks for. */
export const neededGo = { major: 1, minor: 26 };
/** What is fetched where the host's Go is older. */
const fetchedGo = "1.26.8";

/**
 * Finds a Go that can build Faultline's programs; fetches one where the host has none or an old one.
 * @returns the go program's absolute path
 * @throws AppError `go-not-fetched`, and those of installing Debian's package
 */
export async function ensureGo(context: SetupContext): Promise<string> {
	const found = await findGo(context.env.cacheDir, context.signal);
	if (found) return found.file;
	return fetchGo(context);
}

/** A Go that is new enough: the host's, or the one fetched before. */
export async function findGo(cacheDir: string, signal: AbortSignal): Promise<{ file: string; version: string } | null> {
	const candidates = [await findProgram("go"), "/usr/local/go/bin/go", "/usr/lib/go/bin/go", fetchedGoFile(cacheDir)];
	for (const file of new Set(candidates)) {
		if (file === null) continue;
		const version = await goVersion(file, signal);
		if (version !== null && isNewEnough(version)) return { file, version };
	}
	return null;
}

/** Whether a version such as `go1.26.8` or `go1.27rc1` can build what Faultline builds. */
export function isNewEnough(version: string): boolean {
	const parts = /^go(\d+)\.(\d+)/.exec(version);
	if (!parts) return false;
	const [major, minor] = [Number(parts[1]), Number(parts[2])];
	return major > neededGo.major || (major === neededGo.major && minor >= neededGo.minor);
}

async function goVersion(file: string, signal: AbortSignal): Promise<string | null> {
	const asked = await runCommand(file, ["env", "GOVERSION"], { timeoutMs: 20_000, signal, cwd: "/", env: { GOTOOLCHAIN: "local" } }).catch(
		() => null,
	);
	return asked?.exitCode === 0 ? asked.stdout.trim() : null;
}

function fetchedGoFile(cacheDir: string): string {
	return join(cacheDir, "go", `go${fetchedGo}`, "bin", "go");
}

/** Go's toolchains are modules, so any older Go fetches a newer one and checks it against the checksum database. */
async function fetchGo(context: SetupContext): Promise<string> {
	let old = await findProgram("go");
	if (old === null) {
		await ensurePackages(["golang-go"], context);
		old = await findProgram("go");
	}
	if (old === null) throw new AppError("go-not-fetched", "Debian's golang-go has brought no go program.");
	const architecture = { x64: "amd64", arm64: "arm64" }[process.arch as string];
	if (!architecture) throw new AppError("go-not-fetched", `Go for ${process.arch} is not something Faultline knows how to fetch.`);
	const target = dirname(dirname(fetchedGoFile(context.env.cacheDir)));
	await mkdir(dirname(target), { recursive: true });
	const work = await mkdtemp(join(dirname(target), "fetch-"));
	try {
		const module = `golang.org/toolchain@v0.0.1-go${fetchedGo}.linux-${architecture}`;
		context.say(`Go ${fetchedGo} by the host's Go`);
		const said = await mustRun(old, ["mod", "download", "-json", "-modcacherw", module], {
			timeoutMs: 600_000,
			signal: context.signal,
			cwd: work,
			env: { GOMODCACHE: join(work, "mod"), GOFLAGS: "", GOTOOLCHAIN: "local", GO111MODULE: "on" },
		});
		const folder = String((JSON.parse(said) as { Dir?: string }).Dir);
		await makeExecutable(folder);
		await rename(folder, target).catch(async (cause: NodeJS.ErrnoException) => {
			// Another checkout was faster: its copy is the same.
			if (cause.code !== "ENOTEMPTY" && cause.code !== "EEXIST") throw cause;
		});
	} catch (cause) {
		if (context.signal.aborted) throw cause;
		throw new AppError("go-not-fetched", `Go ${fetchedGo} could not be fetched: ${cause instanceof Error ? cause.message : cause}`, {
			mend: `Install Go ${neededGo.major}.${neededGo.minor} or newer so that \`go version\` shows it, then npm start.`,
			cause,
		});
	} finally {
		await rm(work, { recursive: true, force: true });
	}
	return fetchedGoFile(context.env.cacheDir);
}

/** A module's archive has no mode bits: every file of these folders is a program. */
async function makeExecutable(goroot: string): Promise<void> {
	for (const folder of ["bin", "pkg/tool"]) {
		const entries = await readdir(join(goroot, folder), { recursive: true, withFileTypes: true });
		await Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => chmod(join(entry.parentPath, entry.name), 0o755)));
	}
}
