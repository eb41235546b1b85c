import { callRoute } from "../../../call-route.ts";

export const POST = callRoute("lab.wake");
