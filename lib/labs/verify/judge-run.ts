import type { GradeReport } from "../../protocol/report.ts";
import type { WrongScript } from "../../scenarios/scripts.ts";
import { unlikeFault } from "../steps/prove.ts";
import { type MutantOutcome, outcomeInWords } from "./mutants.ts";

export interface RunJudgement {
	ok: boolean;
	expected: string;
	/** What came out, in words. */
	verdict: string;
}

/** An accepted fix must be a repair. */
export function judgeFix(report: GradeReport): RunJudgement {
	return { ok: report.verdict === "pass" && report.repair === "repair", expected: "repair", verdict: reportInWords(report) };
}

/** A wrong fix must fail, at the check it names and for the reason it names. */
export function judgeWrong(script: Pick<WrongScript, "fails" | "reason">, report: GradeReport): RunJudgement {
	const expected = `${script.fails} fails: ${script.reason}`;
	const named = [...report.objectives, ...report.guards].find(({ id }) => id === script.fails);
	const ok = report.verdict === "fail" && named?.verdict === "fail" && named.message.includes(script.reason);
	if (ok) return { ok, expected, verdict: `${report.repair === "workaround" ? "workaround" : "fail"}: ${named.message}` };
	return { ok, expected, verdict: reportInWords(report) };
}

/** A mutant must come out as derived; one that passes where it should not has survived. */
export function judgeMutant(outcome: MutantOutcome, report: GradeReport, breaks: readonly string[]): RunJudgement {
	if (outcome === "repair") return judgeFix(report);
	const failed = report.verdict === "fail";
	const ok = outcome === "fail" ? failed : failed && unlikeFault(report.objectives, breaks).length === 0;
	return { ok, expected: outcomeInWords(outcome, breaks), verdict: reportInWords(report) };
}

/** A report in one line: the verdict, the grader's own trouble, and every message that decided it. */
export function reportInWords(report: GradeReport): string {
	const deciding = [...report.objectives, ...report.guards].filter(({ verdict }) => verdict !== "pass");
	const head = report.repair === "none" ? report.verdict : report.repair;
	return [head, ...(report.trouble ? [report.trouble] : []), ...deciding.map(({ id, message }) => `${id}: ${message}`)].join(" | ");
}
