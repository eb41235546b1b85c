import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../core/errors.ts";
import { mustRun, runCommand } from "../../core/run-command.ts";
import { findProgram } from "../find-program.ts";
import { ensureDockerImage } from "./docker-image.ts";
import { type ImageContext, runLow } from "./image-context.ts";

export const debianSuite = "trixie";

/** Installed besides the minimal set: certificates first, so that a mirror by HTTPS works. */
const included = "ca-certificates";
/** What no container of ours needs; dpkg leaves it out of later packages too. */
const leftOut = ["usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian"];

export interface DebianMirror {
	/** null: debootstrap's own default. */
	main: string | null;
	security: string | null;
}

/**
 * The Debian mirror that the host itself uses, by its apt configuration.
 * @param indexTargets lines of `apt-get indextargets --format "$(REPO_URI) $(RELEASE)"`
 */
export function mirrorOf(indexTargets: string): DebianMirror {
	const rows = indexTargets.split("\n").map((line) => line.trim().split(" "));
	const find = (wanted: RegExp) => rows.find(([uri]) => wanted.test(uri ?? ""))?.[0]?.replace(/\/$/, "") ?? null;
	return { main: find(/^https?:.*\/debian\/?$/), security: find(/^https?:.*\/debian-security\/?$/) };
}

/**
 * The image that all others stand on: Debian's minimal system, made by debootstrap from the host's own mirror.
 * @returns its reference
 * @throws AppError `no-root`, `no-debootstrap`
 */
export async function ensureBaseImage(context: ImageContext): Promise<string> {
	const mirror = await findMirror(context);
	const values = { suite: debianSuite, arch: process.arch, main: `${mirror.main}`, security: `${mirror.security}`, included, recipe: "1" };
	return ensureDockerImage(
		{
			name: "debian",
			inputs: { files: [], values },
			build: async ({ ref, label, scratch }) => {
				const rootfs = join(scratch, "rootfs");
				await debootstrap(mirror, rootfs, context);
				const archive = join(scratch, "rootfs.tar");
				const out = [...leftOut, "var/lib/apt/lists", "var/cache", "var/log", "dev", "proc", "sys", "debootstrap"];
				await runLow(context, "tar", ["-C", rootfs, ...out.map((path) => `--exclude=./${path}/*`), "-cf", archive, "."], {
					timeoutMs: 300_000,
				});
				const change = ["--change", `LABEL ${label}`, "--change", 'CMD ["bash"]'];
				await mustRun(context.docker, ["import", ...change, archive, ref], { timeoutMs: 300_000, signal: context.signal });
			},
		},
		context,
	);
}

async function debootstrap(mirror: DebianMirror, rootfs: string, context: ImageContext): Promise<void> {
	if (process.getuid?.() !== 0) throw new AppError("no-root", "Only root can make Debian's base system.", { mend: "sudo npm start" });
	const program = await findProgram("debootstrap");
	if (!program) throw new AppError("no-debootstrap", "debootstrap is not installed.", { mend: "apt-get install debootstrap" });
	context.log(`Debian ${debianSuite} by debootstrap`);
	// In a mount namespace of its own: what a killed run has mounted goes with it.
	const args = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", program];
	const choice = ["--variant=minbase", `--include=${included}`, debianSuite, rootfs, ...(mirror.main ? [mirror.main] : [])];
	await runLow(context, "unshare", [...args, ...choice], { timeoutMs: 900_000 });
	const used = mirror.main ?? (await usedMirror(rootfs, context));
	const lines = [`deb ${used} ${debianSuite} main`, `deb ${used} ${debianSuite}-updates main`];
	if (mirror.security) lines.push(`deb ${mirror.security} ${debianSuite}-security main`);
	await writeFile(join(rootfs, "etc/apt/sources.list"), `${lines.join("\n")}\n`);
	await writeFile(join(rootfs, "etc/dpkg/dpkg.cfg.d/faultline"), leftOut.map((path) => `path-exclude /${path}/*\n`).join(""));
	const apt = ["APT::Install-Recommends", "Acquire::Languages"].map((key) => `${key} "${key.startsWith("APT") ? "false" : "none"}";\n`);
	await writeFile(join(rootfs, "etc/apt/apt.conf.d/faultline"), apt.join(""));
}

/** What debootstrap took by itself: it writes it down. */
async function usedMirror(rootfs: string, context: ImageContext): Promise<string> {
	const list = await runLow(context, "cat", [join(rootfs, "etc/apt/sources.list")], { timeoutMs: 10_000 });
	return /^deb (\S+)/m.exec(list)?.[1] ?? "";
}

async function findMirror(context: ImageContext): Promise<DebianMirror> {
	const apt = await findProgram("apt-get");
	if (!apt) return { main: null, security: null };
	// The format's variables are apt's.
	const asked = await runCommand(apt, ["indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"], {
		timeoutMs: 30_000,
		signal: context.signal,
	});
	return mirrorOf(asked.stdout);
}

/** A Dockerfile line that installs Debian packages and leaves no lists behind. */
export function installLine(packages: readonly string[]): string {
	const env = "DEBIAN_FRONTEND=noninteractive";
	const clean = "rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/log/*.log /var/log/apt";
	return `RUN apt-get -q update && ${env} apt-get -qy install ${packages.join(" ")} && apt-get clean && ${clean}`;
}
