import { type Logger, pino } from "pino";

export type { Logger };

/**
 * A structured logger to standard error, JSON lines.
 * @param name the process or room that speaks
 */
export function createLogger(name: string, level = "info"): Logger {
	return pino({ name, level, base: { pid: process.pid } }, pino.destination(2));
}
