import { callRoute } from "../../../call-route.ts";

export const POST = callRoute("shell.open", { status: 201 });
