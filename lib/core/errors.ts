import { z } from "zod";

/** What an edge (page, HTTP, command line) says of an error: what happened and how to mend it. */
export const errorBody = z.object({
	code: z.string(),
	message: z.string(),
	mend: z.string().optional(),
});
export type ErrorBody = z.infer<typeof errorBody>;

/**
 * The kinds of failure an edge has to tell apart.
 * - `invalid`: the caller's input is wrong (exit code 2, HTTP 400)
 * - `unauthenticated`, `forbidden`, `not-found`, `conflict`: as in HTTP
 * - `platform`: Faultline or its host failed (exit code 3, HTTP 500)
 */
export type ErrorKind = "invalid" | "unauthenticated" | "forbidden" | "not-found" | "conflict" | "platform";

export interface AppErrorOptions {
	kind?: ErrorKind;
	/** What the reader can do about it: a command where there is one. */
	mend?: string;
	/** True where the same call may succeed later without a change. */
	retryable?: boolean;
	cause?: unknown;
}

/** The one error class that rooms throw; translated once at each edge. */
export class AppError extends Error {
	/** Stable, kebab-case, for machines: `lab-not-found`. */
	readonly code: string;
	readonly kind: ErrorKind;
	readonly mend: string | undefined;
	readonly retryable: boolean;

	constructor(code: string, message: string, options: AppErrorOptions = {}) {
		super(message, { cause: options.cause });
		this.name = "AppError";
		this.code = code;
		this.kind = options.kind ?? "platform";
		this.mend = options.mend;
		this.retryable = options.retryable ?? false;
	}
}

/** The wire shape of any thrown value; an unknown one becomes `internal`. */
export function toErrorBody(error: unknown): ErrorBody {
	if (error instanceof AppError) {
		return { code: error.code, message: error.message, ...(error.mend ? { mend: error.mend } : {}) };
	}
	return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}

/** The kind of any thrown value; an unknown one is the platform's fault. */
export function errorKind(error: unknown): ErrorKind {
	return error instanceof AppError ? error.kind : "platform";
}
