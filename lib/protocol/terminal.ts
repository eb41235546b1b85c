import { z } from "zod";

/**
 * A terminal's WebSocket: `GET /terminal?ticket=<ticket>&from=<offset>`.
 *
 * Binary messages are the shell's bytes: output towards the browser, keystrokes towards the shell. Text messages are
 * these controls, as JSON. An output byte has an offset, counted from the shell's first byte; the browser says how far
 * it has got (`ack`), so that the engine can hold back a flood, and from where it wants to go on after a lost connection.
 */
export const fromServer = z.discriminatedUnion("type", [
	/**
	 * First message: the next binary message begins at this offset. Greater than asked where older output is gone; sent
	 * again where output is lost later. Output before `seen` was shown once already: a terminal that gets it again must
	 * not answer the questions in it (cursor position, colours) a second time.
	 */
	z.object({ type: z.literal("start"), offset: z.number().int(), seen: z.number().int().default(0) }),
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

/** Why the engine closed a terminal's WebSocket. After 1000 and 4001 the browser must not come back by itself. */
export const closeCodes = {
	/** The shell has ended, or its lab. */
	ended: 1000,
	/** The engine stops: come back with a new ticket. */
	engineStops: 1001,
	/** Another connection shows this shell now. */
	replaced: 4001,
	/** A control message that is none. */
	badMessage: 4400,
	/** No sign of life for two heartbeats. */
	silent: 4408,
} as const;

/** Bytes sent and not yet acknowledged at which the engine stops reading the shell, and goes on again. As VS Code's pty host. */
export const highWaterBytes = 100_000;
export const lowWaterBytes = 5_000;
