import { highWaterBytes, lowWaterBytes } from "../protocol/terminal.ts";

/** How far one viewer has got, and whether the shell has to wait for it. Pure: offsets in, decisions out. */
export interface FlowWindow {
	/** Everything before was sent. */
	readonly sentOffset: number;
	/** Everything before was shown. */
	readonly ackedOffset: number;
	/** How many more bytes may be sent before the next acknowledgement. */
	readonly roomBytes: number;
	sent(endOffset: number): void;
	/** An offset beyond what was sent, or older than the last, is ignored. */
	acked(offset: number): void;
	/** The next byte will be this one: a new start, or a gap. */
	jump(offset: number): void;
	/**
	 * Whether the shell's output should stand still. Between the marks it stays as it was, so that it does not flutter.
	 * @param endOffset of all output there is
	 */
	holds(endOffset: number): boolean;
}

/** @param marks bytes unacknowledged at which the shell stops and goes on; VS Code's by default */
export function createFlowWindow(offset: number, marks = { high: highWaterBytes, low: lowWaterBytes }): FlowWindow {
	let sent = offset;
	let acked = offset;
	let holding = false;
	return {
		get sentOffset() {
			return sent;
		},
		get ackedOffset() {
			return acked;
		},
		get roomBytes() {
			return Math.max(0, marks.high - (sent - acked));
		},
		sent(endOffset) {
			sent = Math.max(sent, endOffset);
		},
		acked(offset) {
			if (offset > acked && offset <= sent) acked = offset;
		},
		jump(offset) {
			// Bytes on their way are still to be acknowledged; those in the gap never will be.
			acked += Math.max(0, offset - sent);
			sent = Math.max(sent, offset);
		},
		holds(endOffset) {
			const behind = endOffset - acked;
			holding = holding ? behind > marks.low : behind >= marks.high;
			return holding;
		},
	};
}
