import { Command } from "commander";
import { AppError } from "../../lib/core/errors.ts";
import { readRecord, stillRuns } from "../../lib/setup/instance-files.ts";
import { ownerAddress } from "../../lib/setup/readiness.ts";
import type { Context } from "../context.ts";

/** `owner`: a fresh one-time address of the page; earlier ones that were not used end. */
export function ownerCommand({ output, env }: Context): Command {
	return new Command("owner").description("a fresh one-time address of the page, for its owner").action(async () => {
		const record = await readRecord(env.dataDir);
		if (!record || !(await stillRuns(record))) {
			throw new AppError("page-not-served", "The page is not served now.", { kind: "conflict", mend: "npm start" });
		}
		const address = await ownerAddress(env, record);
		output.result({ address }, () => address);
	});
}
