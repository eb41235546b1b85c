import { type HostRoom, lineKey, type PoolLimits, type PoolLine } from "./pool-types.ts";

/** How many members a line should have, and how many of them hot. */
export interface Target {
	members: number;
	hot: number;
}

/** What the pool should hold, and what each part of it is worth. */
export interface Allocation {
	/** By {@link lineKey}. */
	targets: ReadonlyMap<string, Target>;
	/** Seconds of waiting that a line's nth member saves, expected, where it has n − 1 already. */
	worthOfMember(line: PoolLine, nth: number): number;
	/** The same for its nth hot member, against a cold one. */
	worthOfHot(line: PoolLine, nth: number): number;
}

/** What a member takes where it costs least. */
export const restingBytes = ({ costs }: PoolLine): number => costs.cold?.bytes ?? costs.hot.bytes;

/** Bytes that members may take at rest: what the host has, less what is kept free and what making takes. */
export function restingRoom(host: HostRoom, lines: readonly PoolLine[], limits: PoolLimits): number {
	const makeBytes = Math.max(0, ...lines.map(({ costs }) => costs.make.bytes));
	return host.memoryBytes - host.usedBytes - host.wantedBytes - limits.headroomBytes - limits.slackBytes - limits.atOnce * makeBytes;
}

function worthOfMember({ soon, costs }: PoolLine, nth: number): number {
	return ((soon[nth - 1] ?? 0) * (costs.startMs - (costs.cold ?? costs.hot).claimMs)) / 1000;
}

function worthOfHot({ soon, costs }: PoolLine, nth: number): number {
	return costs.cold === null ? 0 : ((soon[nth - 1] ?? 0) * (costs.cold.claimMs - costs.hot.claimMs)) / 1000;
}

/**
 * Divides memory by marginal worth: the next MiB goes where it saves the most expected waiting. Since a line's nth member is
 * claimed with a probability that falls with n, taking the best next one each time is the optimum up to one member (Fox,
 * Operations Research 14 (1966) 210-216). It ends at the first that does not fit, rather than fill up with smaller ones: so
 * more memory never means fewer members of any scenario.
 *
 * A place is kept only while the waiting that it saves, refilled again and again over the life of a member, is worth the work
 * that is lost where nobody asks in time, and its keeping: the newsvendor's critical ratio (Arrow, Harris, Marschak,
 * Econometrica 19 (1951) 250-272).
 */
export function allocate(host: HostRoom, lines: readonly PoolLine[], limits: PoolLimits): Allocation {
	const targets = new Map(lines.map((line) => [lineKey(line), { members: 0, hot: 0 }]));
	let bytes = restingRoom(host, lines, limits);
	let swapBytes = host.swapBytes;
	const bestOf = (line: PoolLine) => best(wants(line, targets.get(lineKey(line)) as Target, swapBytes, limits));
	const open = new Map(lines.map((line) => [line, bestOf(line)]));
	for (;;) {
		const next = best(open.values());
		if (!next || next.bytes > bytes) break;
		const target = targets.get(lineKey(next.line)) as Target;
		targets.set(lineKey(next.line), { members: target.members + next.members, hot: target.hot + next.hot });
		bytes -= next.bytes;
		const swapBefore = swapBytes;
		swapBytes -= next.swapBytes;
		// What other lines want changes only where the swap begins or ceases to suffice for them.
		for (const line of lines) {
			if (line === next.line || coldFits(line, swapBytes) !== coldFits(line, swapBefore)) open.set(line, bestOf(line));
		}
	}
	return { targets, worthOfMember, worthOfHot };
}

interface Want {
	line: PoolLine;
	bytes: number;
	/** Seconds of waiting that it saves, expected, for each byte. */
	perByte: number;
	swapBytes: number;
	members: number;
	hot: number;
}

/** What a line could be given next: a further member where it costs least, or a cold one made hot. */
function wants(line: PoolLine, { members, hot }: Target, swapBytes: number, limits: PoolLimits): Want[] {
	const { costs } = line;
	const cold = coldFits(line, swapBytes) ? costs.cold : null;
	const found: Want[] = [];
	if (pays(line, members + 1, limits)) {
		const worth = worthOfMember(line, members + 1);
		const { bytes } = cold ?? costs.hot;
		const perByte = (cold ? worth : worth + worthOfHot(line, hot + 1)) / bytes;
		found.push({ line, bytes, perByte, members: 1, hot: cold ? 0 : 1, swapBytes: cold?.swapBytes ?? 0 });
	}
	if (hot < members && costs.cold !== null) {
		const { bytes, swapBytes, warmCpuMs } = costs.cold;
		const worth = worthOfHot(line, hot + 1);
		const more = costs.hot.bytes - bytes;
		if (savedInLife(worth, limits) > warmCpuMs) {
			found.push({ line, bytes: more, perByte: worth / more, members: 0, hot: 1, swapBytes: -swapBytes });
		}
	}
	return found;
}

const coldFits = ({ costs }: PoolLine, swapBytes: number): boolean => costs.cold !== null && costs.cold.swapBytes <= swapBytes;

/** Whether a further member saves more waiting over its life than it costs: what is lost if nobody asks, and its keeping. */
function pays(line: PoolLine, nth: number, limits: PoolLimits): boolean {
	const { make, keepCpuMs } = line.costs;
	const lostCpuMs = (1 - (line.inTime[nth - 1] ?? 0)) * make.cpuMs;
	return savedInLife(worthOfMember(line, nth), limits) > lostCpuMs + keepCpuMs;
}

/** What one place in the pool saves, refilled again and again, in milliseconds of an idle processor. */
function savedInLife(worth: number, { ageMs, refillMs, cpuPerWait }: PoolLimits): number {
	return worth * 1000 * (ageMs / refillMs) * cpuPerWait;
}

function best(wants: Iterable<Want | undefined>): Want | undefined {
	let found: Want | undefined;
	for (const want of wants) if (want && (!found || byDensity(want, found) < 0)) found = want;
	return found;
}

/** The most worth for its bytes first; among equals the order of names, so that a plan does not depend on chance. */
function byDensity(a: Want, b: Want): number {
	return b.perByte - a.perByte || (lineKey(a.line) < lineKey(b.line) ? -1 : 1);
}
