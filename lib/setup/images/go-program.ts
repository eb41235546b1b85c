import { join } from "node:path";
import { type Artefact, ensureArtefact } from "../artefact.ts";
import { architecture, type ImageContext, runLow } from "./image-context.ts";

export interface GoProgram {
	/** The artefact's and the program's name. */
	name: string;
	/** The module's folder, absolute. */
	module: string;
	/** The package: `.` where not given. */
	package?: string;
	/** Linker's -X variables: `k8s.io/component-base/version.gitVersion` → `v1.36.3`. */
	variables?: Readonly<Record<string, string>>;
	/** A cold build of all of Kubernetes took 7 minutes on 2 busy cores; twice that, and slower hosts. */
	timeoutMs?: number;
}

/**
 * Builds a static Go program of a module of ours.
 * @returns the artefact; the program is `<path>/<name>`
 */
export async function ensureGoProgram(program: GoProgram, context: ImageContext): Promise<Artefact & { file: string }> {
	const from = program.package ?? ".";
	const env = goEnv();
	const version = (await runLow(context, context.go, ["env", "GOVERSION"], { timeoutMs: 30_000, cwd: program.module, env })).trim();
	const variables = Object.entries(program.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
	const flags = ["-trimpath", "-buildvcs=false", "-ldflags", ["-s", "-w", ...variables].join(" ")];
	const artefact = await ensureArtefact(
		{
			name: program.name,
			inputs: {
				files: [program.module],
				values: { go: version, architecture: architecture(), package: from, flags: flags.join("\n") },
				except: notBuilt,
			},
			build: async ({ dir, log }) => {
				log(`Go program ${program.name}`);
				await runLow(context, context.go, ["build", ...flags, "-o", join(dir, program.name), from], {
					timeoutMs: program.timeoutMs ?? 1_800_000,
					cwd: program.module,
					env,
				});
			},
		},
		context,
	);
	return { ...artefact, file: join(artefact.path, program.name) };
}

/** Files of a module that do not decide its program. */
const notBuilt = /_test\.go$|\.md$|\/testdata$|\/Dockerfile$|\.ya?ml$/;

/** The host's own settings of modules (proxy, sums, caches) stay; those that would change what is built do not. */
export function goEnv(): Record<string, string> {
	return { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off", GOOS: "linux", GOARCH: architecture() };
}
