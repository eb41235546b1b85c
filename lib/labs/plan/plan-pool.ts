import { type Allocation, allocate } from "./allocate.ts";
import { giveWay } from "./give-way.ts";
import { type Book, begin, byLine, isHot, isOld, isUnfit, lineOf, mostBytes, openBook, settledBytes, sumOf } from "./ledger.ts";
import { lineKey, type Member, type PoolAction, type PoolInput, type PoolLine, type PoolPlan } from "./pool-types.ts";

/**
 * What to begin now so that the pool holds what learners will most likely ask for. A pure function: equal inputs, equal plan;
 * and planned again once its actions have begun, nothing is left to do. In this order:
 * 1. evict what may not be given out: too old, of another version, of a scenario that is gone;
 * 2. freeze what is ready;
 * 3. give way to labs in use: reclaim or evict what is worth least for its memory;
 * 4. while learners leave processors free: renew proofs that are old, then make what is worth most for its memory.
 * Nothing is given up for order's sake: what is beyond its target stays until its room is needed.
 * @param allocation what the pool should hold; the plan's own, but for comparing with others
 */
export function planPool(input: PoolInput, allocation: Allocation = allocate(input.host, input.lines, input.limits)): PoolPlan {
	const { host, limits } = input;
	const book = openBook(input);
	const actions: PoolAction[] = [];
	let members = input.members;
	let wishes: Wish[] | undefined;
	/** For which nothing gave way since something was begun. */
	let inVain: { toBytes: number; mostLoss: number } | undefined;
	const act = (action: PoolAction) => {
		actions.push(action);
		members = begin(members, action, input);
		[wishes, inVain] = [undefined, undefined];
	};

	for (const member of members) {
		if (member.doing !== "evict" && isUnfit(member, book)) act({ do: "evict", member: member.id, reason: whyUnfit(member, book) });
	}
	for (const { id, tier, doing } of members) {
		if (tier === "ready" && doing === null) act({ do: "freeze", member: id, reason: "It is proven and waits to be asked for." });
	}
	const mostForPool = host.memoryBytes - host.usedBytes - host.wantedBytes - limits.headroomBytes;
	const given = giveWay(members, book, allocation, { toBytes: mostForPool, reason: "Labs in use need the memory." });
	for (const action of given) act(action);

	const ceiling = mostForPool - limits.slackBytes;
	/** Whether a member may be run, now and at rest. */
	const fits = (moreNow: number, moreSettled: number) =>
		sumOf(members, mostBytes, book) + moreNow <= ceiling && sumOf(members, settledBytes, book) + moreSettled <= ceiling;
	const full = "As many are being made as may be at once.";
	const held = whyHeld(input);
	let slots = held === null ? limits.atOnce - host.starting - members.filter(isInWork).length : 0;
	const refused = new Set<string>();
	for (;;) {
		wishes ??= [...overdue(members, book), ...lacking(members, book, allocation)];
		const wish = wishes.find(({ name }) => !refused.has(name));
		if (!wish || slots <= 0) return { actions, held: wish ? (held ?? full) : null };
		if (fits(wish.runBytes, wish.restBytes)) {
			act(wish.action());
			slots -= 1;
			continue;
		}
		const room = {
			toBytes: ceiling - Math.max(wish.runBytes, wish.restBytes),
			mostLoss: wish.perByte / limits.margin,
			reason: `Its memory is worth more for ${wish.scenario}.`,
		};
		refused.add(wish.name);
		// Nothing gave way to a wish that was worth as much and needed no more: nothing will to this one.
		if (inVain && room.toBytes <= inVain.toBytes && room.mostLoss <= inVain.mostLoss) continue;
		const gives = giveWay(members, book, allocation, room);
		for (const action of gives) act(action);
		// Room that is being made is waited for: smaller wishes must not take it.
		if (sumOf(members, settledBytes, book) <= room.toBytes) return { actions, held: "Memory is being freed first." };
		if (gives.length === 0) inVain = room;
	}
}

interface Wish {
	/** To know it again. */
	name: string;
	scenario: string;
	/** Told in words only if it is begun: a plan looks at many wishes and begins few. */
	action(): PoolAction;
	/** More memory while it is being done. */
	runBytes: number;
	/** More memory afterwards. */
	restBytes: number;
	perByte: number;
}

/** Frozen members whose proof is old, the oldest first: they come before new ones. */
function overdue(members: readonly Member[], book: Book): Wish[] {
	const { now } = book;
	const afterMs = book.limits.renewAfterMs;
	if (afterMs === null) return [];
	return members
		.filter(({ tier, doing, provenAt }) => doing === null && (tier === "hot" || tier === "cold") && now - provenAt >= afterMs)
		.sort((a, b) => a.provenAt - b.provenAt || (a.id < b.id ? -1 : 1))
		.flatMap((member): Wish[] => {
			const { id, key, memoryBytes, provenAt } = member;
			const costs = lineOf(member, book)?.costs;
			if (!costs) return [];
			const action = (): PoolAction => ({ do: "renew", member: id, reason: `Its fault was last proven ${minutes(now - provenAt)} ago.` });
			const restBytes = Math.max(0, costs.hot.bytes - memoryBytes);
			const runBytes = Math.max(restBytes, costs.make.bytes - memoryBytes);
			return [{ name: `renew ${id}`, scenario: key.scenario, action, runBytes, restBytes, perByte: Number.POSITIVE_INFINITY }];
		});
}

/** What each line lacks next, most worth for its memory first. */
function lacking(members: readonly Member[], book: Book, allocation: Allocation): Wish[] {
	const counted = byLine(members, book, allocation);
	const wishes = book.lines.flatMap((line): Wish[] => {
		const { scenario } = line;
		const target = allocation.targets.get(lineKey(line)) ?? { members: 0, hot: 0 };
		const fresh = (counted.get(line) ?? []).filter((member) => !isOld(member, book));
		const { costs } = line;
		if (fresh.length < target.members) {
			const nth = fresh.length + 1;
			const worth = allocation.worthOfMember(line, nth);
			const action = (): PoolAction => ({
				do: "create",
				key: { scenario, version: line.version, seed: line.seed ?? rarestSeed(line, members) },
				reason: whyWanted(line, nth, fresh.length),
			});
			const bytes = costs.cold?.bytes ?? costs.hot.bytes;
			const name = `create ${lineKey(line)}`;
			return [
				{
					name,
					scenario,
					action,
					runBytes: Math.max(costs.make.bytes, costs.hot.bytes),
					restBytes: costs.hot.bytes,
					perByte: worth / bytes,
				},
			];
		}
		const hot = fresh.filter(isHot).length;
		const cold = fresh.find(({ tier, doing }) => tier === "cold" && doing === null);
		if (hot >= target.hot || !cold) return [];
		const restBytes = costs.hot.bytes - cold.memoryBytes;
		const action = (): PoolAction => ({ do: "renew", member: cold.id, reason: whyWanted(line, hot + 1, hot, "hot ") });
		// Bytes that stay taken must leave the room in which others are made.
		const runBytes = Math.max(costs.make.bytes - cold.memoryBytes, restBytes + book.limits.atOnce * costs.make.bytes);
		return [
			{
				name: `renew ${cold.id}`,
				scenario,
				action,
				runBytes,
				restBytes,
				perByte: allocation.worthOfHot(line, hot + 1) / Math.max(1, restBytes),
			},
		];
	});
	return wishes.sort((a, b) => b.perByte - a.perByte || (a.name < b.name ? -1 : 1));
}

/** The seed of which there are fewest, so that a learner who had one finds another. */
function rarestSeed(line: PoolLine, members: readonly Member[]): number {
	const count = (seed: number) =>
		members.filter(
			({ key, doing }) => doing !== "evict" && key.scenario === line.scenario && key.seed === seed && key.version === line.version,
		).length;
	return line.seeds.toSorted((a, b) => count(a) - count(b) || a - b)[0] as number;
}

const isInWork = ({ tier, doing }: Member): boolean => doing === "renew" || (tier === "creating" && doing !== "evict");

function whyHeld({ host, limits }: PoolInput): string | null {
	const share = host.busyCpus / host.cpus;
	if (share > limits.busyShare) return `Labs in use take ${Math.round(share * 100)} % of the processors.`;
	if (host.starting >= limits.atOnce) return `${host.starting} ${host.starting === 1 ? "lab is" : "labs are"} on the way to learners.`;
	return null;
}

function whyUnfit(member: Member, book: Book): string {
	if (lineOf(member, book)) return `It is ${minutes(book.now - member.madeAt)} old, or its seed is gone.`;
	return book.lines.some(({ scenario }) => scenario === member.key.scenario)
		? "The scenario has changed since it was made."
		: "Its scenario is not offered any more.";
}

function whyWanted(line: PoolLine, nth: number, there: number, tier = ""): string {
	const chance = ((line.soon[nth - 1] ?? 0) * 100).toPrecision(2);
	return `${nth} or more are asked for with ${chance} % before one is made; ${there} ${tier}there.`;
}

const minutes = (ms: number): string => `${Math.round(ms / 60_000)} min`;
