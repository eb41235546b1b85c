import { engine } from "../../../engine.ts";
import { guarded } from "../../call-route.ts";
import { eventStream } from "../../event-route.ts";

export const GET = guarded("labs.watch", async (request) =>
	eventStream(
		request,
		(signal) => engine().stream("labs.watch", {}, { signal }),
		() => false,
	),
);
