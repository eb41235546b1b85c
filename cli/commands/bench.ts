import { Command } from "commander";
import type { Figure } from "../../bench/figure.ts";
import type { Context } from "../context.ts";
import { exitCodes, table } from "../output.ts";

/** `bench <name>`: figures of this host, as ratios within one run. Makes and removes a lab of its own. */
export function benchCommand({ output, env, signal }: Context): Command {
	const group = new Command("bench").description("the figures of bench/, each with its goal");
	group
		.command("grade")
		.description("what grading costs and how soon it tells")
		.action(async () => {
			// Loaded when asked for: a bench holds the whole engine.
			const { benchGrade } = await import("../../bench/grade.ts");
			const onStep = (step: string) => output.progress(output.paint(`   ${step}`, "faint"));
			const figures = await benchGrade({ dataDir: env.dataDir, signal, onStep });
			output.result(figures, () => table(figures.map((figure) => row(figure, output))));
			if (figures.some(({ holds }) => !holds)) process.exitCode = exitCodes.notPassed;
		});
	return group;
}

function row({ name, value, unit, goal, holds }: Figure, { paint }: Context["output"]): string[] {
	const mark = goal === null ? "  " : holds ? paint("ok", "good") : paint("no", "bad");
	return [mark, name, `${value} ${unit}`, goal === null ? "" : `goal ${goal}`];
}
