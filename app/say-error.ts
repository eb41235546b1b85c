import { toast } from "sonner";
import { toErrorBody } from "#lib/core/errors.ts";

/** Shows what went wrong and what mends it, beside whatever the reader is doing. */
export function sayError(error: unknown): void {
	const { message, mend } = toErrorBody(error);
	toast.error(message, { description: mend, duration: 12_000 });
}
