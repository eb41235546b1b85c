import { Command } from "commander";
import { examine } from "../../lib/setup/doctor.ts";
import type { Context } from "../context.ts";
import { exitCodes, table } from "../output.ts";

/** `doctor`: what this host has, lacks, and how to mend it. Needs no engine. */
export function doctorCommand({ output, env, signal }: Context): Command {
	return new Command("doctor").description("what this host has, lacks, and how to mend it").action(async () => {
		const findings = await examine({ env, signal });
		output.result(findings, () => {
			const rows = findings.map(({ name, ok, found }) => [ok ? output.paint("ok", "good") : output.paint("no", "bad"), name, found]);
			const mends = findings
				.filter(({ ok }) => !ok)
				.map(({ name, needed, mend }) => `${name}: needs ${needed}${mend ? `\n  → ${mend}` : ""}`);
			return [table(rows), ...(mends.length > 0 ? ["", ...mends] : [])].join("\n");
		});
		if (findings.some(({ ok }) => !ok)) process.exitCode = exitCodes.notPassed;
	});
}
