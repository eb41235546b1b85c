import { type Allocation, allocate, restingBytes, restingRoom, type Target } from "../../lib/labs/plan/allocate.ts";
import { type HostRoom, lineKey, type PoolLimits, type PoolLine } from "../../lib/labs/plan/pool-types.ts";
import { asEngineTells, type SimulatedHost, type Told, truthOf } from "./hosts.ts";

/** What a policy may look at. */
export interface Seen {
	host: HostRoom;
	lines: readonly PoolLine[];
	limits: PoolLimits;
	/** Scenarios of the last starts, newest first. */
	lastStarts: readonly string[];
}

/** What should be held. All policies act through the same plan: they yield, give way and replace alike. */
export interface Policy {
	name: string;
	/** What it is told of learners. */
	knows: { paths: boolean; announcements: boolean };
	/** What it is told of the host. */
	told(host: SimulatedHost): Told;
	allocate(seen: Seen): Allocation;
}

const nothing = { paths: false, announcements: false };
const simple = { knows: nothing, told: truthOf };

export const policies: readonly Policy[] = [
	{ name: "no pool", ...simple, allocate: (seen) => fill(seen, []) },
	{ name: "1 of each", ...simple, allocate: (seen) => fill(seen, rounds(seen.lines, 1)) },
	{ name: "2 of each", ...simple, allocate: (seen) => fill(seen, rounds(seen.lines, 2)) },
	{ name: "last used", ...simple, allocate: (seen) => fill(seen, linesOf(seen.lastStarts, seen.lines)) },
	{ name: "by popularity", ...simple, allocate: (seen) => fill(seen, proportional(seen)) },
	{ name: "plan, as the engine has it", knows: nothing, told: asEngineTells, allocate: planned },
	{ name: "plan, starts only", knows: nothing, told: truthOf, allocate: planned },
	{ name: "plan, and paths", knows: { paths: true, announcements: false }, told: truthOf, allocate: planned },
	{ name: "plan", knows: { paths: true, announcements: true }, told: truthOf, allocate: planned },
];

function planned({ host, lines, limits }: Seen): Allocation {
	return allocate(host, lines, limits);
}

function rounds(lines: readonly PoolLine[], count: number): PoolLine[] {
	return Array.from({ length: count }, () => lines).flat();
}

function linesOf(scenarios: readonly string[], lines: readonly PoolLine[]): PoolLine[] {
	return scenarios.flatMap((slug) => lines.filter(({ scenario }) => scenario === slug));
}

/** Places by share of the starts seen, the highest averages first (Sainte-Laguë). */
function proportional({ lines, lastStarts, host, limits }: Seen): PoolLine[] {
	const shares = new Map<string, number>();
	for (const scenario of lastStarts) shares.set(scenario, (shares.get(scenario) ?? 0) + 1);
	const open = lines.map((line) => ({ line, votes: (shares.get(line.scenario) ?? 0) + 0.5, seats: 0 }));
	const least = Math.min(...lines.map(restingBytes));
	const places = Math.max(0, Math.floor(restingRoom(host, lines, limits) / least));
	return Array.from({ length: host.swapBytes > 0 ? Math.min(places, lastStarts.length) : places }, () => {
		const next = open.reduce((best, one) => (one.votes / (2 * one.seats + 1) > best.votes / (2 * best.seats + 1) ? one : best));
		next.seats += 1;
		return next.line;
	});
}

/** A member for each entry, in this order, while it fits; then those of the first entries hot. */
function fill({ host, lines, limits }: Seen, order: readonly PoolLine[]): Allocation {
	const targets = new Map<string, Target>(lines.map((line) => [lineKey(line), { members: 0, hot: 0 }]));
	let bytes = restingRoom(host, lines, limits);
	let swapBytes = host.swapBytes;
	const placed: PoolLine[] = [];
	for (const line of order) {
		const { hot, cold } = line.costs;
		const frozen = cold !== null && cold.swapBytes <= swapBytes ? cold : null;
		const takes = (frozen ?? hot).bytes;
		if (takes > bytes) break;
		const { members, hot: hots } = targets.get(lineKey(line)) as Target;
		targets.set(lineKey(line), { members: members + 1, hot: frozen ? hots : hots + 1 });
		bytes -= takes;
		swapBytes -= frozen?.swapBytes ?? 0;
		if (frozen) placed.push(line);
	}
	for (const line of placed) {
		const takes = line.costs.hot.bytes - (line.costs.cold?.bytes ?? 0);
		if (takes > bytes) break;
		const { members, hot } = targets.get(lineKey(line)) as Target;
		targets.set(lineKey(line), { members, hot: hot + 1 });
		bytes -= takes;
	}
	// What is wanted is worth the same whoever wants it, a first one more than a second; what is not, nothing.
	const worth = (of: "members" | "hot") => (line: PoolLine, nth: number) => (nth <= (targets.get(lineKey(line))?.[of] ?? 0) ? 1 / nth : 0);
	return { targets, worthOfMember: worth("members"), worthOfHot: worth("hot") };
}
