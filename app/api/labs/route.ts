import { callRoute } from "../call-route.ts";

export const GET = callRoute("lab.list");
export const POST = callRoute("lab.start", { status: 201 });
