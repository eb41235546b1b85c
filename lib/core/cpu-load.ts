import { cpus } from "node:os";

/**
 * Processors in use on this host, a mean over about the last minute.
 * @param readTimes times of all processors so far, in any unit; the host's own unless a test gives others
 */
export function createCpuLoad(readTimes: () => { busy: number; all: number; count: number } = hostTimes): () => number {
	const first = readTimes();
	const seen: { busy: number; all: number }[] = [first];
	return () => {
		const { busy, all, count } = readTimes();
		seen.push({ busy, all });
		const oldest = seen.length > samples ? seen.shift() : seen[0];
		const passed = all - (oldest?.all ?? all);
		return passed > 0 ? ((busy - (oldest?.busy ?? busy)) / passed) * count : 0;
	};
}

/** Asked every five seconds, so about a minute. */
const samples = 12;

function hostTimes() {
	const all = cpus();
	const sum = (pick: (times: ReturnType<typeof cpus>[number]["times"]) => number) =>
		all.reduce((total, { times }) => total + pick(times), 0);
	const idle = sum((times) => times.idle);
	const total = sum((times) => times.user + times.nice + times.sys + times.irq + times.idle);
	return { busy: total - idle, all: total, count: all.length };
}
