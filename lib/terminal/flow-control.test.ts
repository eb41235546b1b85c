import fc from "fast-check";
import { expect, test } from "vitest";
import { createFlowWindow } from "./flow-control.ts";

const marks = { high: 100, low: 10 };

test("the shell stops at the high mark and goes on only at the low one", () => {
	const window = createFlowWindow(1000, marks);
	window.sent(1100);
	expect(window.holds(1099)).toBe(false);
	expect(window.holds(1100)).toBe(true);
	window.acked(1050);
	expect(window.holds(1100)).toBe(true);
	window.acked(1090);
	expect(window.holds(1100)).toBe(false);
});

test("a viewer is never sent more than the high mark beyond what it has shown", () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.nat(300), fc.nat(400))), (steps) => {
			const window = createFlowWindow(0, marks);
			for (const [send, ack] of steps) {
				window.sent(window.sentOffset + Math.min(send, window.roomBytes));
				expect(window.sentOffset - window.ackedOffset).toBeLessThanOrEqual(marks.high);
				window.acked(ack);
				expect(window.ackedOffset).toBeLessThanOrEqual(window.sentOffset);
			}
		}),
	);
});

test("an acknowledgement of what was never sent, or an old one, changes nothing", () => {
	const window = createFlowWindow(0, marks);
	window.sent(50);
	window.acked(51);
	expect(window.ackedOffset).toBe(0);
	window.acked(40);
	window.acked(30);
	expect(window.ackedOffset).toBe(40);
});

test("bytes in a gap need no acknowledgement", () => {
	const window = createFlowWindow(0, marks);
	window.sent(20);
	window.jump(500);
	expect(window.roomBytes).toBe(80);
	window.acked(500);
	expect(window.holds(500)).toBe(false);
});
