import { AppError } from "#lib/core/errors.ts";

/** What a page got from the engine, or that there is nobody to ask. */
export type Loaded<T> = { kind: "here"; value: T } | { kind: "missing" } | { kind: "down" };

/**
 * Asks the engine on behalf of a page. Two answers are pages of their own: the engine is down, the thing is gone.
 * @throws what else goes wrong; the error page shows it
 */
export async function load<T>(ask: () => Promise<T>): Promise<Loaded<T>> {
	try {
		return { kind: "here", value: await ask() };
	} catch (error) {
		if (error instanceof AppError && error.code === "engine-down") return { kind: "down" };
		if (error instanceof AppError && error.kind === "not-found") return { kind: "missing" };
		throw error;
	}
}
