import { z } from "zod";

/** One thing that Faultline needs of a host. */
export const finding = z.object({
	name: z.string(),
	ok: z.boolean(),
	found: z.string(),
	needed: z.string(),
	/** What makes it right; null where nothing has to be done. */
	mend: z.string().nullable(),
});
export type Finding = z.infer<typeof finding>;
