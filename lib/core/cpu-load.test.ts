import { expect, test } from "vitest";
import { createCpuLoad } from "./cpu-load.ts";

test("processors in use are counted over what has passed since, and what was long ago is forgotten", () => {
	let [busy, all] = [0, 0];
	const load = createCpuLoad(() => ({ busy, all, count: 2 }));
	expect(load()).toBe(0);
	[busy, all] = [100, 200];
	expect(load()).toBe(1);
	for (let round = 0; round < 20; round += 1) {
		all += 200;
		load();
	}
	expect(load()).toBe(0);
});
