import { afterEach, beforeEach, expect, test } from "vitest";
import { openPoolHost, slug } from "./test-support/pool-host.ts";
import { live } from "./test-support/waiting.ts";

let host: Awaited<ReturnType<typeof openPoolHost>>;

beforeEach(async () => {
	host = await openPoolHost();
});
afterEach(() => host.close());

test("whoever named no variant gets one that is ready at their turn, and keeps it; whoever named one gets that one", async () => {
	const labs = await host.filled();
	const kept = await host.spare();
	for (const { id, scenario } of await host.pooled())
		if (scenario === "blocked-dns" || (scenario === slug && id !== kept.id)) await host.store.discard(id);
	const drawn = kept.seed === 1 ? 2 : 1;
	host.limits.startsAtOnce = 1;
	host.world.stalls.add("Creating the cluster");
	await labs.start("blocked-dns", 1, "carl");
	const named = await labs.start(slug, drawn, "anna");
	host.now += 1_000;
	const { id } = await labs.start(slug, undefined, "ben");
	// As if chance had drawn another.
	await host.store.update(id, { seed: drawn });
	host.world.stalls.clear();
	host.limits.startsAtOnce = 5;
	await labs.queue.tend();
	expect(await live(labs, id)).toMatchObject({ seed: kept.seed });
	expect(await host.store.get(id)).toMatchObject({ environmentId: kept.environmentId, anySeed: false });
	expect(await live(labs, named.id)).toMatchObject({ seed: drawn });
	await labs.reset(id);
	expect(await live(labs, id)).toMatchObject({ seed: kept.seed });
});
