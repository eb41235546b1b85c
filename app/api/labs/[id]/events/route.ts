import { streams } from "#lib/protocol/calls.ts";
import { engine } from "../../../../engine.ts";
import { guarded } from "../../../call-route.ts";
import { eventStream } from "../../../event-route.ts";

export const GET = guarded("lab.watch", async (request, params) => {
	const input = streams["lab.watch"].input.parse(params);
	return eventStream(
		request,
		(signal) => engine().stream("lab.watch", input, { signal }),
		(lab) => lab.state === "destroyed",
	);
});
