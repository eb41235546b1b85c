import { createHmac } from "node:crypto";
import { AppError } from "../../../core/errors.ts";

/** What stands in the place of what, everywhere; both of one length. */
export type Substitution = readonly [from: string, to: string];

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/**
 * A function that gives bytes another identity without moving any: names and certificates by the list, and every UUID
 * by one that is its own for this secret, the same wherever the old one stands. So that it can be done to a database.
 * @throws AppError `lengths-differ` for a substitution that would move bytes
 */
export function renamer(substitutions: readonly Substitution[], secret: string): (bytes: Buffer) => Buffer {
	for (const [from, to] of substitutions) {
		if (Buffer.byteLength(from) !== Buffer.byteLength(to)) {
			throw new AppError("lengths-differ", `"${from.slice(0, 40)}" and what takes its place are not of one length.`);
		}
	}
	const given = new Map<string, string>();
	const renew = (old: string) => {
		const known = given.get(old);
		if (known) return known;
		const hex = createHmac("sha256", secret).update(old).digest("hex");
		// Version 4, variant 10: as random ones are.
		const variant = "89ab"[Number.parseInt(hex[16] as string, 16) & 3];
		const fresh = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
		given.set(old, fresh);
		return fresh;
	};
	return (bytes) => {
		// One character a byte, so that what is no text stays as it is.
		let text = bytes.toString("latin1");
		for (const [from, to] of substitutions) text = text.replaceAll(from, to);
		return Buffer.from(text.replace(uuid, renew), "latin1");
	};
}
