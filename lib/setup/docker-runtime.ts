import { join } from "node:path";
import { mustRun } from "../core/run-command.ts";
import { ensureArtefact } from "./artefact.ts";
import type { SetupContext } from "./context.ts";

/**
 * Builds the runtime that lets privileged containers start where the host's root lacks a capability.
 * @param go the go program's absolute path
 * @returns the program's absolute path in the cache
 */
export async function buildRuntime(context: SetupContext, go: string): Promise<string> {
	const source = join(context.root, "infra/docker/runtime");
	const built = await ensureArtefact(
		{
			name: "docker-runtime",
			inputs: { files: [source], values: { arch: process.arch } },
			build: async ({ dir, signal }) => {
				await mustRun(go, ["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", join(dir, "runtime"), "."], {
					timeoutMs: 300_000,
					signal,
					cwd: source,
					env: { CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "" },
				});
			},
		},
		{ cacheDir: context.env.cacheDir, signal: context.signal, log: context.say },
	);
	return join(built.path, "runtime");
}
