/** The few forms of ASN.1's distinguished encoding (X.690) that a certificate is made of. */

function tagged(tag: number, ...parts: Uint8Array[]): Buffer {
	const content = Buffer.concat(parts);
	const bytes: number[] = [];
	for (let rest = content.length; rest > 0; rest >>>= 8) bytes.unshift(rest & 255);
	const length = content.length < 128 ? [content.length] : [128 | bytes.length, ...bytes];
	return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

export const sequence = (...parts: Uint8Array[]) => tagged(0x30, ...parts);
export const set = (...parts: Uint8Array[]) => tagged(0x31, ...parts);
export const octets = (content: Uint8Array) => tagged(0x04, content);
export const utf8 = (text: string) => tagged(0x0c, Buffer.from(text));
export const yes = () => tagged(0x01, Buffer.from([0xff]));
/** A part with a context's own number, holding further parts. */
export const explicit = (number: number, ...parts: Uint8Array[]) => tagged(0xa0 | number, ...parts);
/** A part with a context's own number, holding bytes. */
export const implicit = (number: number, content: Uint8Array) => tagged(0x80 | number, content);

/** @param content big-endian, without sign: a leading bit gets a zero byte before it */
export function integer(content: Uint8Array): Buffer {
	const first = content.findIndex((byte) => byte !== 0);
	const trimmed = first < 0 ? Buffer.from([0]) : content.subarray(first);
	return tagged(0x02, (trimmed[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed);
}

/** @param unused bits at the end of the last byte that do not count */
export const bits = (content: Uint8Array, unused = 0) => tagged(0x03, Buffer.from([unused]), content);

/** An object identifier, as `2.5.29.17`. */
export function identifier(dotted: string): Buffer {
	const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
	const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
		const groups = [arc & 127];
		for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 127) | 128);
		return groups;
	});
	return tagged(0x06, Buffer.from(bytes));
}

/** A moment, to the second, by whichever form certificates use for its year. */
export function time(at: Date): Buffer {
	const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, "");
	return at.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}
