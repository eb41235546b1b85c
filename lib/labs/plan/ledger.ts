import type { Allocation } from "./allocate.ts";
import { lineKey, type Member, type PoolAction, type PoolInput, type PoolLine } from "./pool-types.ts";

/** Share of its life after which a member is replaced, so that not all grow too old at the same moment. */
const replacedAt = 0.9;

/** The input of a plan with its lines by scenario: a plan looks them up for each member, many times. */
export interface Book extends PoolInput {
	byScenario: ReadonlyMap<string, PoolLine>;
}

export const openBook = (input: PoolInput): Book => ({
	...input,
	byScenario: new Map(input.lines.map((line) => [line.scenario, line])),
});

/** A line of a member's scenario and version; undefined where it is no longer in the plan. */
export function lineOf({ key }: Member, { byScenario }: Book): PoolLine | undefined {
	const line = byScenario.get(key.scenario);
	return line?.version === key.version ? line : undefined;
}

/** Whether it may never be given to anybody. */
export function isUnfit(member: Member, book: Book): boolean {
	const line = lineOf(member, book);
	return line === undefined || !line.seeds.includes(member.key.seed) || book.now - member.madeAt >= book.limits.ageMs;
}

export const isOld = (member: Member, { now, limits }: Book): boolean => now - member.madeAt >= limits.ageMs * replacedAt;

/** What a member may take at most until what is being done to it has ended. */
export function mostBytes(member: Member, book: Book): number {
	const runs = member.doing === "renew" || member.tier === "creating";
	const costs = runs ? lineOf(member, book)?.costs : undefined;
	return costs ? Math.max(member.memoryBytes, costs.make.bytes, costs.hot.bytes) : member.memoryBytes;
}

/** What it will take once what is being done to it has ended, and a new one is frozen. */
export function settledBytes(member: Member, book: Book): number {
	if (member.doing === "evict") return 0;
	const costs = lineOf(member, book)?.costs;
	if (!costs) return member.memoryBytes;
	if (member.doing === "reclaim") return costs.cold?.bytes ?? member.memoryBytes;
	const willBeHot = member.tier === "creating" || member.tier === "ready" || member.doing === "renew";
	return willBeHot ? costs.hot.bytes : member.memoryBytes;
}

export function swapBytes(members: readonly Member[], book: Book): number {
	const inSwap = members.filter(({ tier, doing }) => doing !== "evict" && (tier === "cold" || doing === "reclaim"));
	return inSwap.reduce((sum, member) => sum + (lineOf(member, book)?.costs.cold?.swapBytes ?? 0), 0);
}

export const sumOf = (members: readonly Member[], bytes: (member: Member, book: Book) => number, book: Book): number =>
	members.reduce((sum, member) => sum + bytes(member, book), 0);

/** Hot, or about to be. */
export const isHot = ({ tier, doing }: Member): boolean => doing !== "reclaim" && (tier !== "cold" || doing === "renew");

const none: readonly Member[] = [];

/** Members that count for each line, best first: fresh before old, hot before cold, younger before older. */
export function byLine(members: readonly Member[], book: Book, { targets }: Allocation): Map<PoolLine, readonly Member[]> {
	const order = (a: Member, b: Member) =>
		Number(isOld(a, book)) - Number(isOld(b, book)) || Number(isHot(b)) - Number(isHot(a)) || b.madeAt - a.madeAt || (a.id < b.id ? -1 : 1);
	const fit = members.filter((member) => member.doing !== "evict" && !isUnfit(member, book));
	const left = Map.groupBy(fit, ({ key }) => key.scenario);
	for (const mine of left.values()) mine.sort(order);
	const counted = new Map<PoolLine, readonly Member[]>();
	// A line with a seed takes its members first; the rest serve whoever takes any seed.
	for (const line of book.lines) {
		const all = line.seed === null ? undefined : left.get(line.scenario);
		if (!all) continue;
		const taken = all.filter(({ key }) => key.seed === line.seed).slice(0, targets.get(lineKey(line))?.members ?? 0);
		left.set(
			line.scenario,
			all.filter((member) => !taken.includes(member)),
		);
		counted.set(line, taken);
	}
	for (const line of book.lines) if (line.seed === null) counted.set(line, left.get(line.scenario) ?? none);
	return counted;
}

/** The members once an action has begun: what a plan right after it sees. */
export function begin(members: readonly Member[], action: PoolAction, { now, lines }: Pick<PoolInput, "now" | "lines">): Member[] {
	if (action.do !== "create") return members.map((member) => (member.id === action.member ? { ...member, doing: action.do } : member));
	const line = lines.find(({ scenario }) => scenario === action.key.scenario);
	const made: Member = {
		...{ id: `new-${members.length + 1}`, key: action.key, tier: "creating", doing: null, madeAt: now, provenAt: now },
		memoryBytes: line?.costs.make.bytes ?? 0,
	};
	return [...members, made];
}
