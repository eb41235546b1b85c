import { isIP } from "node:net";

/** Numbers from `first` to `last`, both included: ports, or addresses of one family as numbers. */
export interface Range {
	first: bigint;
	last: bigint;
}

/** What is left of `from` without `taken`. */
export function without(from: readonly Range[], taken: readonly Range[]): Range[] {
	return taken.reduce<Range[]>(
		(left, hole) =>
			left.flatMap(({ first, last }) => {
				if (hole.last < first || hole.first > last) return [{ first, last }];
				const pieces: Range[] = [];
				if (hole.first > first) pieces.push({ first, last: hole.first - 1n });
				if (hole.last < last) pieces.push({ first: hole.last + 1n, last });
				return pieces;
			}),
		[...from],
	);
}

/** IPv6 lies behind all of IPv4, so that ranges of both can stand in one list. */
const ipv6Offset = 1n << 32n;

export const everyAddress: readonly Range[] = [{ first: 0n, last: ipv6Offset + (1n << 128n) - 1n }];

/** The addresses of `10.0.0.0/8`, or of a single address; undefined where the text is neither. */
export function addressRange(cidr: string): Range | undefined {
	const [address = "", length, rest] = cidr.split("/");
	const family = isIP(address);
	if (family === 0 || rest !== undefined) return undefined;
	const width = family === 4 ? 32 : 128;
	const bits = length === undefined ? width : Number(length);
	if (!Number.isInteger(bits) || bits < 0 || bits > width) return undefined;
	const number = family === 4 ? ipv4Number(address) : ipv6Number(address);
	const size = 1n << BigInt(width - bits);
	const first = (number / size) * size + (family === 4 ? 0n : ipv6Offset);
	return { first, last: first + size - 1n };
}

export function contains(range: Range, address: string): boolean {
	const one = addressRange(address);
	return one !== undefined && one.first >= range.first && one.last <= range.last;
}

function ipv4Number(address: string): bigint {
	return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function ipv6Number(address: string): bigint {
	const plain = address.replace(/(?:\d+\.){3}\d+$/, (tail) => {
		const number = ipv4Number(tail);
		return `${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`;
	});
	const [head = "", tail] = plain.split("::");
	const groups = (text: string | undefined) => (text ? text.split(":") : []);
	const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
	return [...groups(head), ...Array<string>(missing).fill("0"), ...groups(tail)].reduce(
		(sum, group) => sum * 65536n + BigInt(`0x${group}`),
		0n,
	);
}
