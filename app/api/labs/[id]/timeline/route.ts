import { z } from "zod";
import { callRoute } from "../../../call-route.ts";

const query = z.object({ after: z.coerce.number().int().nonnegative().default(0) });

export const GET = callRoute("lab.timeline", { query });
