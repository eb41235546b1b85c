import { mkdir } from "node:fs/promises";
import { AppError } from "../core/errors.ts";
import { type HostManifest, readHostManifest } from "../core/host.ts";
import { ensurePackages } from "./apt.ts";
import { readMissingCapabilities } from "./capabilities.ts";
import type { SetupContext } from "./context.ts";
import { type DockerEngine, ensureDockerEngine } from "./docker-engine.ts";
import { buildRuntime } from "./docker-runtime.ts";
import { explainNetwork } from "./explain-network.ts";
import { ensureGo } from "./go-toolchain.ts";
import { checkDisk, checkMemory, neededDiskBytes } from "./host-checks.ts";
import { writeHostManifest } from "./host-manifest.ts";
import { neededPackages } from "./needed-packages.ts";
import { ensureNextBuild } from "./next-build.ts";
import type { Stage } from "./stages.ts";
import { raiseCommand, raiseLimits } from "./sysctls.ts";

/** Docker's default; an engine with another folder says so only once it runs. */
const dockerFolder = "/var/lib/docker";

export interface SetUpOptions {
	context: Omit<SetupContext, "say">;
	/** Makes or fetches every image; says whether anything had to be made. */
	ensureImages: (context: SetupContext & { engine: DockerEngine; go: string }) => Promise<{ manifest: HostManifest; built: boolean }>;
	/** Relative to the checkout. */
	nextDir: string;
	/** Told to the reader after set-up: what is not as it should be, but stops nothing. */
	warn: (line: string) => void;
}

/** All of set-up that the first lab needs, as stages for `runStages`. */
export async function setUpStages(options: SetUpOptions): Promise<Stage[]> {
	const { env, root } = options.context;
	const lacking = await readMissingCapabilities();
	let go: string | undefined;
	let engine: DockerEngine | undefined;
	const contextOf = (tools: Parameters<Stage["run"]>[0]): SetupContext => ({ ...options.context, ...tools });
	/** A stage that only looks takes no time worth an estimate. */
	const whether = (made: boolean): "made" | "unchanged" => (made ? "made" : "unchanged");

	return [
		{
			name: "host",
			needs: [],
			run: async () => {
				await checkMemory();
				await mkdir(env.dataDir, { recursive: true, mode: 0o700 });
				const before = await readHostManifest(env.dataDir).catch(() => null);
				await checkDisk([env.cacheDir, dockerFolder], before ? neededDiskBytes.running : neededDiskBytes.building);
				const { raised, refused } = await raiseLimits();
				if (refused.length > 0) options.warn(`Kernel limits are low for several labs. To mend it: ${raiseCommand(refused)}`);
				return whether(raised.length > 0);
			},
		},
		{
			name: "Debian packages",
			needs: ["host"],
			run: async (tools) => {
				const packages = await neededPackages(contextOf(tools));
				await ensurePackages(packages, contextOf(tools));
				return whether(packages.length > 0);
			},
		},
		{
			name: "Go",
			needs: ["Debian packages"],
			run: async (tools) => {
				let fetched = false;
				go = await ensureGo({
					...contextOf(tools),
					say: (line) => {
						fetched = true;
						tools.say(line);
					},
				});
				return whether(fetched);
			},
		},
		{
			name: "Docker Engine",
			// The runtime that a host may need is built here, with Go.
			needs: lacking.length > 0 ? ["Debian packages", "Go"] : ["Debian packages"],
			run: async (tools) => {
				let started = false;
				const context = {
					...contextOf(tools),
					say: (line: string) => {
						started = true;
						tools.say(line);
					},
				};
				engine = await ensureDockerEngine(context, () => buildRuntime(context, must(go)));
				return whether(started);
			},
		},
		{
			name: "images",
			needs: ["Docker Engine", "Go"],
			run: async (tools) => {
				const before = await readHostManifest(env.dataDir).catch(() => null);
				const asked = options.ensureImages({ ...contextOf(tools), engine: must(engine), go: must(go) });
				const made = await asked.catch((error: unknown) => {
					throw explainNetwork(error);
				});
				await writeHostManifest(env.dataDir, withLaterParts(made.manifest, before));
				return whether(made.built);
			},
		},
		{
			name: "pages",
			needs: ["host"],
			run: (tools) => ensureNextBuild({ root, nextDir: options.nextDir, ...tools }),
		},
	];
}

/** What later stages have made for these very images stays: the workstation's further programs, the mirror of an add-on. */
export function withLaterParts(manifest: HostManifest, before: HostManifest | null): HostManifest {
	const kept = { ...manifest, images: { ...manifest.images }, addons: { ...manifest.addons } };
	if (before?.images.plainWorkstation === manifest.images.workstation) {
		kept.images.workstation = before.images.workstation;
		kept.images.plainWorkstation = before.images.plainWorkstation;
	}
	if (before?.addons.ingress?.from === manifest.images.mirror) kept.addons.ingress = before.addons.ingress;
	return kept;
}

function must<T>(value: T | undefined): T {
	if (value === undefined) throw new AppError("bad-stages", "A stage ran before one that it needs.");
	return value;
}
