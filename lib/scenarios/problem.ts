import type { Problem } from "../protocol/scenario.ts";

/** A problem of a scenario, as people and editors can jump to it; `file` is `scenarios/<slug>/<path>`. */
export type ScenarioProblem = Problem;

/** Reports one problem, by path inside the scenario; the same one twice (from two seeds) counts once. */
export type AddProblem = (file: string, line: number | null, message: string, mend?: string) => void;
