import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import type { LabSpec } from "../provider.ts";
import type { LabPaths } from "./kind-context.ts";

const labRecord = z.object({
	labId: z.string(),
	nodes: z.number().int().min(1),
	/** All steps of its making have ended. */
	ready: z.boolean(),
	/** What its cluster held when it was made. */
	contents: z.string().optional(),
});
export type LabRecordFile = z.infer<typeof labRecord>;

/** What the provider itself knows of a lab; undefined where nothing, or nothing whole, was written. */
export async function readLabRecord(paths: LabPaths): Promise<LabRecordFile | undefined> {
	try {
		return labRecord.parse(JSON.parse(await readFile(paths.record, "utf8")));
	} catch {
		return undefined;
	}
}

export async function writeLabRecord(
	paths: LabPaths,
	spec: LabSpec,
	{ ready, contents }: Pick<LabRecordFile, "ready"> & { contents: string | undefined },
): Promise<void> {
	const record: LabRecordFile = { labId: spec.labId, nodes: spec.cluster.nodes, ready, contents };
	await writeFile(`${paths.record}.new`, JSON.stringify(record));
	await rename(`${paths.record}.new`, paths.record);
}
