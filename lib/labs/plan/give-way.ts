import type { Allocation } from "./allocate.ts";
import { type Book, byLine, isHot, isOld, settledBytes, sumOf, swapBytes } from "./ledger.ts";
import { lineKey, type Member, type PoolAction, type PoolLine } from "./pool-types.ts";

interface Loss {
	action: Extract<PoolAction, { member: string }>;
	freedBytes: number;
	/** Seconds of expected waiting that it costs, for each byte. */
	perByte: number;
}

export interface Freeing {
	/** What the members may take together when all is done. */
	toBytes: number;
	/** Nothing that loses more for each byte than this is given up; beyond a line's target only. Undefined: whatever it takes. */
	mostLoss?: number;
	reason: string;
}

/**
 * What to reclaim or evict until the members fit, the least loss for its bytes first; empty where they can't be made to.
 * Without `mostLoss` it goes as far as it can.
 */
export function giveWay(members: readonly Member[], book: Book, allocation: Allocation, freeing: Freeing): PoolAction[] {
	const actions: PoolAction[] = [];
	let over = sumOf(members, settledBytes, book) - freeing.toBytes;
	let now = members;
	while (over > 0) {
		const least = losses(now, book, allocation, freeing).sort(
			(a, b) => a.perByte - b.perByte || (a.action.member < b.action.member ? -1 : 1),
		)[0];
		if (!least) return freeing.mostLoss === undefined ? actions : [];
		actions.push(least.action);
		over -= least.freedBytes;
		now = now.map((member) => (member.id === least.action.member ? { ...member, doing: least.action.do } : member));
	}
	return actions;
}

/** For each line the one member that it would miss least, evicted or made cold. */
function losses(members: readonly Member[], book: Book, allocation: Allocation, { mostLoss, reason }: Freeing): Loss[] {
	const counted = byLine(members, book, allocation);
	const swapLeft = book.host.swapBytes - swapBytes(members, book);
	return book.lines.flatMap((line) => {
		const mine = counted.get(line) ?? [];
		if (mine.length === 0) return [];
		const target = allocation.targets.get(lineKey(line)) ?? { members: 0, hot: 0 };
		const fresh = mine.filter((member) => !isOld(member, book)).length;
		const hot = mine.filter(isHot).length;
		const found: Loss[] = [];
		const last = mine.findLast(canBeEvicted);
		if (last && (mostLoss === undefined || mine.length > target.members)) {
			const worth = isOld(last, book) ? 0 : allocation.worthOfMember(line, fresh) + (isHot(last) ? allocation.worthOfHot(line, hot) : 0);
			found.push(loss("evict", last, worth, settledBytes(last, book), reason));
		}
		const warm = mine.findLast(({ tier, doing }) => tier === "hot" && doing === null);
		if (warm && fitsInSwap(line, swapLeft) && (mostLoss === undefined || hot > target.hot)) {
			const freed = warm.memoryBytes - (line.costs.cold?.bytes ?? 0);
			if (freed > 0) found.push(loss("reclaim", warm, allocation.worthOfHot(line, hot), freed, reason));
		}
		return found.filter(({ perByte }) => mostLoss === undefined || perByte <= mostLoss);
	});
}

const fitsInSwap = ({ costs }: PoolLine, leftBytes: number) => costs.cold !== null && costs.cold.swapBytes <= leftBytes;

/** What is under way is left alone, but for a creation: that can be broken off. */
const canBeEvicted = ({ doing }: Member): boolean => doing === null;

function loss(what: "evict" | "reclaim", { id }: Member, worth: number, freedBytes: number, reason: string): Loss {
	return { action: { do: what, member: id, reason }, freedBytes, perByte: worth / freedBytes };
}
