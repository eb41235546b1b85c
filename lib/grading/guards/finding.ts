import type { Verdict } from "../../protocol/report.ts";

/** What a guard has found. */
export interface Finding {
	verdict: Verdict;
	message: string;
}

/** A guard holds where nothing was found; else its message names everything. */
export function finding(broken: readonly string[], fine: string): Finding {
	return broken.length === 0 ? { verdict: "pass", message: fine } : { verdict: "fail", message: `${broken.join("; ")}.` };
}
