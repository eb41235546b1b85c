import type { Row } from "../pool-simulation.ts";

const share = (of: number) => (100 * of).toFixed(1);
const seconds = (of: number) => of.toFixed(1);
const whole = (of: number) => of.toFixed(0);

const columns: readonly (readonly [title: string, of: (row: Row) => string])[] = [
	["policy", ({ policy }) => policy],
	["mean s", ({ mean }) => mean.toFixed(2)],
	["median", ({ median }) => seconds(median)],
	["p95", ({ p95 }) => seconds(p95)],
	["p99", ({ p99 }) => seconds(p99)],
	["p95 after the queue", ({ p95AfterQueue }) => seconds(p95AfterQueue)],
	["hot %", ({ hot }) => share(hot)],
	["cold %", ({ cold }) => share(cold)],
	["clone %", ({ clone }) => share(clone)],
	["queued %", ({ queued }) => share(queued)],
	["announced, from the pool %", ({ announcedFromPool }) => share(announcedFromPool)],
	["made", ({ made }) => whole(made)],
	["in vain", ({ unclaimed }) => whole(unclaimed)],
	["GiB·h in vain", ({ unclaimedGibHours }) => whole(unclaimedGibHours)],
	["pool's CPU h", ({ poolCpuHours }) => seconds(poolCpuHours)],
	["of it lost", ({ lostCpuHours }) => seconds(lostCpuHours)],
];

/** What every policy came to, a Markdown table for each host: those of docs/pool-plan.md. */
export function rowTable(rows: readonly Row[]): string {
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return [...Map.groupBy(rows, ({ host }) => host)]
		.map(([host, of]) =>
			[
				`**${host}**, ${of[0]?.starts.toLocaleString("en")} starts`,
				"",
				line(columns.map(([title]) => title)),
				line(columns.map(() => "---")),
				...of.map((row) => line(columns.map(([, cell]) => cell(row)))),
			].join("\n"),
		)
		.join("\n\n");
}
