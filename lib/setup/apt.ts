import { access } from "node:fs/promises";
import { AppError } from "../core/errors.ts";
import { runCommand } from "../core/run-command.ts";
import type { SetupContext } from "./context.ts";

// biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are dpkg-query's
const statusFormat = "${db:Status-Status} ${Package}\\n";
const aptEnv = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };

/** Those of some Debian packages that are not installed; all of them where the host has no dpkg. */
export async function missingPackages(packages: readonly string[], signal: AbortSignal): Promise<string[]> {
	if (packages.length === 0 || !(await hasApt())) return [...packages];
	const asked = await runCommand("dpkg-query", ["-W", "-f", statusFormat, ...packages], {
		timeoutMs: 20_000,
		signal,
		env: aptEnv,
	});
	const installed = new Set(
		asked.stdout
			.split("\n")
			.filter((line) => line.startsWith("installed "))
			.map((line) => line.slice("installed ".length)),
	);
	return packages.filter((name) => !installed.has(name));
}

/**
 * Installs what is missing of some Debian packages, without what they only recommend.
 * The host's own apt configuration says from where. dpkg finishes what an interrupted run has begun.
 * @throws AppError `no-root`, `no-apt` or `packages-not-installed`
 */
export async function ensurePackages(packages: readonly string[], context: SetupContext): Promise<void> {
	const missing = await missingPackages(packages, context.signal);
	if (missing.length === 0) return;
	const command = `apt-get update && apt-get install --no-install-recommends ${missing.join(" ")}`;
	if (!(await hasApt())) {
		throw new AppError("no-apt", `This host lacks ${missing.join(", ")} and is no Debian.`, {
			mend: `Install the programs of Debian's packages ${missing.join(", ")} by your system's own means.`,
		});
	}
	if (process.getuid?.() !== 0) {
		throw new AppError("no-root", `Debian packages are missing (${missing.join(", ")}) and only root can install them.`, {
			mend: `sudo sh -c '${command}'`,
		});
	}
	context.say(`Debian packages ${missing.join(", ")}`);
	if (!(await install(missing, context)).ok) {
		context.say("apt's lists are old or missing: updating them");
		// A foreign source that does not answer fails the update; what is asked for may come from the others.
		await apt(["update"], 300_000, context);
		// What an interrupted run has left unpacked but not set up.
		await runCommand("dpkg", ["--configure", "-a"], { timeoutMs: 600_000, env: aptEnv });
		await apt(["-f", "-y", "install"], 600_000, context);
		const again = await install(missing, context);
		if (!again.ok) {
			throw new AppError("packages-not-installed", `apt-get could not install ${missing.join(", ")}: ${again.said}`, {
				mend: `Look at what this says: ${command}`,
			});
		}
	}
}

/** Those of some packages that the host's apt can give. */
export async function availablePackages(packages: readonly string[], signal: AbortSignal): Promise<string[]> {
	const found = await Promise.all(
		packages.map((name) => runCommand("apt-cache", ["policy", name], { timeoutMs: 30_000, signal, env: aptEnv })),
	);
	return packages.filter((_, at) => /Candidate: (?!\(none\))\S/.test(found[at]?.stdout ?? ""));
}

async function install(packages: string[], context: SetupContext): Promise<{ ok: boolean; said: string }> {
	const result = await apt(["install", "-y", "--no-install-recommends", ...packages], 900_000, context);
	const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-4).join(" ");
	return { ok: result.exitCode === 0, said };
}

function apt(args: string[], timeoutMs: number, context: SetupContext) {
	// Another apt may be at work (unattended upgrades): wait for its lock.
	const options = ["-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold"];
	// Not cut off by the signal: a half-installed package is worse than a minute's wait.
	context.signal.throwIfAborted();
	return runCommand("apt-get", [...options, ...args], { timeoutMs, env: aptEnv });
}

async function hasApt(): Promise<boolean> {
	return access("/usr/bin/apt-get").then(
		() => true,
		() => false,
	);
}
