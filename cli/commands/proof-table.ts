import type { ProofReport, ProofRun } from "../../lib/protocol/scenario.ts";
import { duration, type Output } from "../output.ts";

/** Columns of a terminal that nobody has widened. */
const width = 100;

/** One run as it ends: a line, and both sides where they differ. */
export function runLine(run: ProofRun, output: Output): string {
	const head = `${mark(run, output)} ${run.slug} ${run.seed}  ${nameOf(run)}  ${duration(run.seconds)}`;
	return run.ok ? head : [head, ...both(run)].join("\n");
}

/** The summary: what came out wrong first, with both sides and the reason; then every run, its verdict and why it is right. */
export function proofTable(report: ProofReport, output: Output): string {
	const wrong = report.runs.filter(({ ok }) => !ok);
	const right = report.runs.filter(({ ok }) => ok);
	return [
		...wrong.flatMap((run) => [
			`${mark(run, output)} ${run.slug} ${run.seed}  ${nameOf(run)}`,
			...both(run),
			...wrap(`because: ${run.why}`, "     "),
			"",
		]),
		...[...Map.groupBy(right, ({ slug, seed }) => `${slug} (seed ${seed})`)].flatMap(([title, runs]) => [
			output.paint(title, "strong"),
			...runs.flatMap((run) => [
				`${mark(run, output)}  ${clip(run.expected.split(":")[0] ?? "", 16).padEnd(16)}  ${clip(nameOf(run), 62).padEnd(62)}  ${duration(run.seconds)}`,
				...(run.kind === "mutant" ? wrap(run.why, "      ").map((line) => output.paint(line, "faint")) : []),
			]),
			"",
		]),
		`${report.passed} passed, ${report.failed} failed`,
	].join("\n");
}

function mark({ ok }: ProofRun, output: Output): string {
	return ok ? output.paint("ok", "good") : output.paint("no", "bad");
}

function nameOf({ kind, name }: ProofRun): string {
	return kind === name ? kind : `${kind} ${name}`;
}

function both({ expected, verdict }: ProofRun): string[] {
	return [...wrap(`expected: ${expected}`, "     "), ...wrap(`came out: ${verdict}`, "     ")];
}

function clip(text: string, most: number): string {
	return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Breaks at spaces; further lines stand two deeper. */
export function wrap(text: string, indent: string): string[] {
	const lines: string[] = [];
	let line = indent;
	for (const word of text.split(" ")) {
		if (line.length + word.length + 1 > width && line.trim() !== "") {
			lines.push(line.trimEnd());
			line = `${indent}  `;
		}
		line += `${word} `;
	}
	return [...lines, line.trimEnd()];
}
