import { callRoute } from "../../../../call-route.ts";

export const DELETE = callRoute("shell.close", { status: 204 });
