import { runCommand } from "../../core/run-command.ts";
import type { ImageContext } from "./image-context.ts";

export type Way = "build" | "pull";

/** An answer takes 1 to 3 s where a registry can be reached; where none can, most hosts say so at once. */
const probeMs = 15_000;

/**
 * How this host comes by its images.
 * @param choice.forced what the owner has asked for
 * @param choice.before what this instance did before: its labs must not change their node under them
 * @param choice.probe a small public image that the pull way needs anyway
 */
export async function chooseWay(choice: { forced?: Way; before?: Way; probe: string }, context: ImageContext): Promise<Way> {
	const known = choice.forced ?? choice.before;
	if (known) return known;
	context.log("looking for a container registry");
	const pulled = await runCommand(context.docker, ["pull", "--quiet", choice.probe], { timeoutMs: probeMs, signal: context.signal }).catch(
		(error) => {
			context.signal.throwIfAborted();
			return { exitCode: 1, stderr: String(error) };
		},
	);
	const way = pulled.exitCode === 0 ? "pull" : "build";
	context.log(way === "pull" ? "a registry answers: images are pulled" : "no registry answers: images are built here");
	return way;
}
