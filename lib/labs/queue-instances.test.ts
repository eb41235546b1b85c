import { afterEach, beforeEach, expect, test } from "vitest";
import type { LabService } from "./service.ts";
import { openPoolHost, slug } from "./test-support/pool-host.ts";
import { inState } from "./test-support/waiting.ts";

const gib = 1024 ** 3;
let host: Awaited<ReturnType<typeof openPoolHost>>;

beforeEach(async () => {
	host = await openPoolHost();
});
afterEach(() => host.close());

test("two instances on one host never grant its last room twice", async () => {
	const theirs = await openPoolHost();
	/** What the other of the two has on the host or is granted. */
	const heard = ({ labs, granted }: typeof host.world) => new Set([...labs.keys(), ...Object.keys(granted)]).size * gib;
	Object.defineProperty(host.world, "othersBytes", { get: () => heard(theirs.world) });
	Object.defineProperty(theirs.world, "othersBytes", { get: () => heard(host.world) });
	[host.world.memoryBytes, theirs.world.memoryBytes] = [gib, gib];
	const both = [host.engine(), theirs.engine()] as const;
	for (let round = 0; round < 5; round += 1) {
		const labs = await Promise.all(both.map((service) => service.start(slug, 1)));
		const states = await Promise.all(both.map((service, index) => service.get(labs[index]?.id ?? "")));
		expect(states.filter(({ queue }) => queue !== null).length).toBeGreaterThan(0);
		// Where each has heard of the other nobody has begun: whoever asks again first has it.
		for (const service of both) await service.queue.tend();
		expect(host.world.labs.size + theirs.world.labs.size).toBeLessThanOrEqual(1);
		for (const [index, { id }] of labs.entries()) {
			const service = both[index] as LabService;
			await service.stop(id);
			await inState(service, id, "destroyed");
			await service.queue.tend();
		}
	}
	await theirs.close();
});
