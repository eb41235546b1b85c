import { Command, InvalidArgumentError } from "commander";
import type { Figure } from "../../bench/figure.ts";
import type { Context } from "../context.ts";
import { exitCodes, table } from "../output.ts";
import { seedNumber } from "./seeds.ts";

/** `bench <name>`: figures as ratios within one run. `grade` makes and removes a lab of its own. */
export function benchCommand({ output, env, signal }: Context): Command {
	const group = new Command("bench").description("the figures of bench/, each with its goal");
	group
		.command("grade")
		.description("what grading costs and how soon it tells")
		.action(async () => {
			// Loaded when asked for: a bench holds the whole engine.
			const { benchGrade } = await import("../../bench/grade.ts");
			const onStep = (step: string) => output.progress(output.paint(`   ${step}`, "faint"));
			tell(await benchGrade({ dataDir: env.dataDir, signal, onStep }));
		});
	group
		.command("start")
		.description("how long a learner waits for a lab: by kind, cloned, from the pool, and after a reset")
		.option("--times <number>", "repetitions", atLeastOne, 10)
		.action(async ({ times }: { times: number }) => {
			const { benchStart } = await import("../../bench/start.ts");
			const onStep = (step: string) => output.progress(output.paint(`   ${step}`, "faint"));
			tell(await benchStart({ dataDir: env.dataDir, cacheDir: env.cacheDir, signal, onStep, times }));
		});
	group
		.command("density")
		.description("what labs cost that are kept ready: running, frozen in memory, frozen in swap; and how many fit")
		.option("--labs <number>", "how many are made", atLeastOne, 20)
		.action(async ({ labs }: { labs: number }) => {
			const { benchDensity } = await import("../../bench/density.ts");
			const onStep = (step: string) => output.progress(output.paint(`   ${step}`, "faint"));
			tell(await benchDensity({ dataDir: env.dataDir, cacheDir: env.cacheDir, signal, onStep, labs }));
		});
	group
		.command("load")
		.description("labs claimed at once through an engine of its own, solved, graded and ended: throughput, waits, failures, leftovers")
		.option("--labs <number>", "how many in all", atLeastOne, 20)
		.option("--at-once <number>", "how many people are there at any moment; all where left out", atLeastOne)
		.action(async ({ labs, atOnce = labs }: { labs: number; atOnce?: number }) => {
			const { benchLoad } = await import("../../bench/load.ts");
			const onStep = (step: string) => output.progress(output.paint(`   ${step}`, "faint"));
			tell(await benchLoad({ env, signal, onStep, labs, atOnce }));
		});
	group
		.command("pool")
		.description("the pool's plan against simple ones, on simulated days: no lab is made")
		.option("--learners <number>", "fewer take less time, at the same density", atLeastOne, 10_000)
		.option("--days <number>", "over which ten thousand come: fewer are a fuller house", atLeastOne, 35)
		.option("--seed <number>", "other learners", seedNumber, 1)
		.option("--table", "the tables of docs/pool-plan.md, in Markdown")
		.action(async ({ table: asTable, ...population }: { learners: number; days: number; seed: number; table?: true }) => {
			const { figuresOfRows, simulateRows } = await import("../../bench/pool-simulation.ts");
			const { rowTable } = await import("../../bench/pool/row-table.ts");
			const onStep = (step: string) => output.progress(output.paint(`   ${step}`, "faint"));
			const rows = simulateRows({ ...population, onStep });
			tell(figuresOfRows(rows), asTable && (() => rowTable(rows)));
		});
	return group;

	function tell(figures: Figure[], text = () => table(figures.map((figure) => row(figure, output)))): void {
		output.result(figures, text);
		if (figures.some(({ holds }) => !holds)) process.exitCode = exitCodes.notPassed;
	}
}

function atLeastOne(text: string): number {
	const number = Number(text);
	if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("a whole number from 1 on");
	return number;
}

function row({ name, value, unit, goal, holds }: Figure, { paint }: Context["output"]): string[] {
	const mark = goal === null ? "  " : holds ? paint("ok", "good") : paint("no", "bad");
	return [mark, name, `${value} ${unit}`, goal === null ? "" : `goal ${goal}`];
}
