import { Command } from "commander";
import { AppError } from "../../lib/core/errors.ts";
import type { Lab } from "../../lib/protocol/lab.ts";
import type { GradeReport } from "../../lib/protocol/report.ts";
import { placeWords } from "../../lib/ui/queue-words.ts";
import type { Context } from "../context.ts";
import { duration, exitCodes, type Output, table } from "../output.ts";
import { followUntil } from "./follow-lab.ts";
import { attachShell } from "./lab-shell.ts";
import { seedNumber } from "./seeds.ts";

/** `lab start | list | shell | exec | grade | reset | stop`. */
export function labCommands(context: Context): Command {
	const { output, signal, engine } = context;
	const group = new Command("lab").description("labs on this host").enablePositionalOptions();

	group
		.command("start")
		.argument("<scenario>")
		.option("--seed <seed>", "a variant; drawn at random where left out", seedNumber)
		.option("--for <person>", "who it is for: in a full house everybody's first lab comes before anybody's second")
		.description("start a lab and wait until it is ready; where the host is full, until its turn has come")
		.action(async (scenario: string, { seed, for: person }: { seed?: number; for?: string }) => {
			const client = await engine();
			const started = await client.call(
				"lab.start",
				{ scenario, ...(seed === undefined ? {} : { seed }), ...(person === undefined ? {} : { person }) },
				{ signal },
			);
			const lab = await followUntil(context, client, started.id, ["active"]).catch((error: unknown) => {
				if (error instanceof AppError && error.code === "engine-down") {
					const kept = `The engine has ended meanwhile. Lab ${started.id} is kept, and so is its place in the queue.`;
					throw new AppError("engine-down", kept, { retryable: true, mend: "npx faultline lab list starts it again.", cause: error });
				}
				if (!signal.aborted) throw error;
				const mend = `npx faultline lab stop ${started.id} ends it.`;
				throw new AppError("interrupted", `Lab ${started.id} goes on being made, or keeps its place in the queue.`, {
					kind: "invalid",
					mend,
					cause: error,
				});
			});
			output.result(
				startedShape(lab),
				() => `${lab.id} is ready: ${lab.title}${lab.url ? `\n  ${lab.url}` : ""}\n  npx faultline lab shell ${lab.id}`,
			);
		});

	group
		.command("list")
		.description("labs that exist")
		.action(async () => {
			const labs = (await (await engine()).call("lab.list", {}, { signal })).filter((lab) => lab.state !== "destroyed");
			output.result(labs.map(startedShape), () => listText(labs, output));
		});

	group
		.command("shell")
		.argument("<lab>")
		.description("a shell on the lab's workstation, in this terminal")
		.action(async (id: string) => {
			process.exitCode = await attachShell(context, await engine(), id);
		});

	group
		.command("exec")
		.argument("<lab>")
		.argument("<command...>", "after --")
		.description("run one command on the lab's workstation as the learner")
		.action(async (id: string, command: string[]) => {
			const stdin = process.stdin.isTTY ? undefined : await readAll(process.stdin);
			const result = await (await engine()).call("lab.exec", { id, command, ...(stdin === undefined ? {} : { stdin }) }, { signal });
			if (output.json) output.result(result, () => "");
			else {
				process.stdout.write(result.stdout);
				process.stderr.write(result.stderr);
			}
			if (result.exitCode !== 0) process.exitCode = exitCodes.notPassed;
		});

	group
		.command("grade")
		.argument("<lab>")
		.description("the decisive check: probes, deletes pods, rolls out, probes again")
		.action(async (id: string) => {
			const report = await (await engine()).call("lab.grade", { id }, { signal });
			output.result(gradeShape(report), () => gradeText(report, output));
			if (report.verdict === "error") process.exitCode = exitCodes.platformFailed;
			else if (report.verdict !== "pass") process.exitCode = exitCodes.notPassed;
		});

	group
		.command("reset")
		.argument("<lab>")
		.description("back to the broken state, same variant; waits until it is ready")
		.action(async (id: string) => {
			const client = await engine();
			await client.call("lab.reset", { id }, { signal });
			const lab = await followUntil(context, client, id, ["active"]);
			output.result(startedShape(lab), () => `${lab.id} is ready again`);
		});

	group
		.command("stop")
		.argument("<lab>")
		.description("end a lab and remove it; waits until it is gone")
		.action(async (id: string) => {
			const client = await engine();
			await client.call("lab.stop", { id }, { signal });
			const lab = await followUntil(context, client, id, ["destroyed"], true);
			output.result(startedShape(lab), () => `${lab.id} is gone`);
		});
	return group;
}

/** What `lab start` and `lab list` say of a lab. */
export function startedShape({ id, scenario, seed, state, url }: Lab) {
	return { id, scenario, seed, state, url };
}

/** What `lab grade` says. */
export function gradeShape({ verdict, repair, points, maxPoints, objectives, guards, touched, trouble }: GradeReport) {
	return {
		...{ verdict, repair, points, maxPoints },
		objectives: objectives.map(({ id, verdict: own, points: earned, message, evidence }) => ({
			id,
			verdict: own,
			points: earned,
			message,
			evidence,
		})),
		guards: guards.map(({ id, verdict: own, message }) => ({ id, verdict: own, message })),
		touched,
		...(trouble ? { trouble } : {}),
	};
}

function listText(labs: readonly Lab[], output: Output): string {
	if (labs.length === 0) return "no labs\n  → npx faultline lab start <scenario>";
	const head = ["LAB", "FOR", "SCENARIO", "SEED", "STATE", "ADDRESS"].map((cell) => output.paint(cell, "faint"));
	const stateOf = ({ state, queue }: Lab) => (queue ? `waits, ${placeWords(queue)}` : state);
	return table([head, ...labs.map((lab) => [lab.id, lab.person, lab.scenario, String(lab.seed), stateOf(lab), lab.url ?? ""])]);
}

function gradeText(report: GradeReport, output: Output): string {
	const mark = (verdict: string) => output.paint(verdict, verdict === "pass" ? "good" : verdict === "fail" ? "bad" : "warn");
	const headline = {
		repair: "Repaired",
		workaround: "A workaround, not a repair",
		none: { pass: "Not repaired", fail: "Not repaired", unproven: "Not proven yet", error: "Could not be judged" }[report.verdict],
	};
	const rows = [
		...report.objectives.map(({ verdict, points, maxPoints, title }) => [mark(verdict), `${points}/${maxPoints}`, title]),
		...report.guards.map(({ verdict, title }) => [mark(verdict), "", title]),
	];
	const deciding = [...report.objectives, ...report.guards]
		.filter(({ verdict }) => verdict !== "pass")
		.map(({ message }) => `  ${message}`);
	const foot = `${output.paint(headline[report.repair], "strong")}: ${report.points} of ${report.maxPoints} points, ${duration(report.durationMs / 1000)}`;
	const touched = report.touched.map(({ object, change, fields, reach }) =>
		["  ", object, ` ${change}`, fields.length > 0 ? `: ${fields.join(", ")}` : "", reach ? `; reach: ${reach}` : ""].join(""),
	);
	const parts = [
		deciding,
		report.trouble ? [`  ${report.trouble}`] : [],
		touched.length > 0 ? [output.paint("Touched:", "faint"), ...touched] : [],
	];
	return [table(rows), ...parts.flatMap((lines) => (lines.length > 0 ? ["", ...lines] : [])), "", foot].join("\n");
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string | undefined> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(Buffer.from(chunk));
	if (chunks.length === 0) return undefined;
	const text = Buffer.concat(chunks).toString("utf8");
	if (Buffer.byteLength(text) > 3 * 1024 * 1024)
		throw new AppError("input-too-large", "Standard input is larger than 3 MiB.", { kind: "invalid" });
	return text;
}
