import fc from "fast-check";
import { expect, test } from "vitest";
import { createUtf8Splitter } from "./utf8-splitter.ts";

/** Cuts bytes at the given places, whatever they are. */
function cutAt(bytes: Buffer, places: number[]): Buffer[] {
	const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
	return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
}

test("text cut anywhere comes out in pieces that are text", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary", maxLength: 40 }), fc.array(fc.nat(200)), (text, places) => {
			const bytes = Buffer.from(text, "utf8");
			const splitter = createUtf8Splitter();
			const pieces = cutAt(bytes, places).map((chunk) => splitter.push(chunk));
			expect(pieces.map((piece) => piece.toString("utf8")).join("")).toBe(bytes.toString("utf8"));
			expect(splitter.flush()).toHaveLength(0);
		}),
	);
});

test("any bytes cut anywhere come out whole, with never more than three held back", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(100)), (raw, places) => {
			const bytes = Buffer.from(raw);
			const splitter = createUtf8Splitter();
			const pieces = cutAt(bytes, places).map((chunk) => {
				const piece = splitter.push(chunk);
				expect(splitter.heldBytes).toBeLessThanOrEqual(3);
				return piece;
			});
			expect(Buffer.concat([...pieces, splitter.flush()])).toEqual(bytes);
		}),
	);
});
