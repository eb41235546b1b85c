import { expect } from "vitest";
import type { GradeReport } from "../../../protocol/report.ts";
import type { HostileLab } from "./hostile-lab.ts";

/** What a hostile learner tries, and what the verdict on it must be. */
export interface HostileCase {
	/** The behaviour, as a test's title. */
	title: string;
	/** Acts on a lab that is as the fault left it, and expects. */
	run(lab: HostileLab): Promise<void>;
}

/** All that a report says against the lab. */
export function said({ objectives, guards }: GradeReport): string[] {
	return [...objectives, ...guards].filter(({ verdict }) => verdict === "fail").map(({ id, message }) => `${id}: ${message}`);
}

/** A verdict on the learner's doing, never the grader's own problem, that names what was seen. */
export function expectFailure(report: GradeReport, ...words: RegExp[]): void {
	expect(report.verdict, report.trouble).toBe("fail");
	expect([...report.objectives, ...report.guards].map(({ verdict }) => verdict)).not.toContain("error");
	for (const word of words) expect(said(report).join("\n")).toMatch(word);
}

export function expectRepair(report: GradeReport): void {
	expect(said(report)).toEqual([]);
	expect(report, report.trouble).toMatchObject({ verdict: "pass", repair: "repair", points: 100 });
}

export function touchedOf({ touched }: GradeReport): string {
	return touched.map(({ object, change, fields, reach }) => `${object}: ${change} ${fields.join(", ")}; ${reach}`).join("\n");
}
