import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LabService } from "./service.ts";
import { hourMs, openPoolHost, slug } from "./test-support/pool-host.ts";
import { live, tidy } from "./test-support/waiting.ts";

let host: Awaited<ReturnType<typeof openPoolHost>>;
let labs: LabService;
let gone: string;

beforeEach(async () => {
	host = await openPoolHost();
	labs = host.engine();
	({ id: gone } = await labs.start(slug, 1));
	await live(labs, gone);
	// As an update of the scenarios leaves it that has dropped its variant.
	await host.store.update(gone, { seed: 99 });
});
afterEach(() => host.close());

describe("a lab whose variant is no longer in the catalogue", () => {
	test("keeps nobody from a lab, and hides no other", async () => {
		const { id } = await labs.start(slug, 2);
		expect((await live(labs, id)).state).toBe("active");
		await labs.queue.tend();
		expect((await labs.list()).map((lab) => lab.id)).toEqual([id]);
	});

	test("is taken back when its time is over", async () => {
		await tidy(labs);
		for (let left = hourMs; left > 0; left -= hourMs / 4) {
			host.now += hourMs / 4;
			await tidy(labs);
		}
		await expect.poll(async () => (await host.store.get(gone))?.state).toBe("destroyed");
		expect(host.world.labs.size).toBe(0);
	});

	test("counts as progress where it was solved", async () => {
		await host.store.transition(gone, "active", "solved", { solvedAt: host.now });
		expect((await labs.scenarios()).find((entry) => entry.slug === slug)?.progress).toBe("solved");
	});
});
