import { z } from "zod";

/**
 * A terminal's WebSocket: `GET /terminal?ticket=<ticket>&from=<offset>`.
 *
 * Binary messages are the shell's bytes: output towards the browser, keystrokes towards the shell. Text messages are
 * these controls, as JSON. An output byte has an offset, counted from the shell's first byte; the browser says how far
 * it has got (`ack`), so that the engine can hold back a flood, and from where it wants to go on after a lost connection.
 */
export const fromServer = z.discriminatedUnion("type", [
	/** First message: the next binary message begins at this offset. Greater than asked where older output is gone. */
	z.object({ type: z.literal("start"), offset: z.number().int() }),
	z.object({ type: z.literal("exit"), code: z.number().int() }),
	/** Somebody else took this terminal over; do not reconnect by itself. */
	z.object({ type: z.literal("replaced") }),
	z.object({ type: z.literal("error"), message: z.string(), mend: z.string().optional() }),
]);
export type FromServer = z.infer<typeof fromServer>;

export const fromBrowser = z.discriminatedUnion("type", [
	z.object({ type: z.literal("resize"), cols: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(1000) }),
	/** All output before this offset has been shown. */
	z.object({ type: z.literal("ack"), offset: z.number().int().nonnegative() }),
]);
export type FromBrowser = z.infer<typeof fromBrowser>;

/** Bytes sent and not yet acknowledged at which the engine stops reading the shell, and goes on again. As VS Code's pty host. */
export const highWaterBytes = 100_000;
export const lowWaterBytes = 5_000;
