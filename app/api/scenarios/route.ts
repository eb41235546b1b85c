import { callRoute } from "../call-route.ts";

export const GET = callRoute("scenario.list");
