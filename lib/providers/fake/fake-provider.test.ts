import { describe, expect, test } from "vitest";
import { contractSpec, describeProvider } from "../contract/contract.ts";
import { createFakeProvider } from "./fake-provider.ts";
import { createFakeWorld } from "./fake-world.ts";

const world = createFakeWorld();
world.freeSwapBytes = 8 * 1024 ** 3;
describeProvider("fake", { open: async () => createFakeProvider(world), timeoutMs: 5000 });

describe("a fake provider", () => {
	const context = (steps: string[] = []) => ({ signal: new AbortController().signal, onStep: (step: string) => void steps.push(step) });

	test("fails once at the step that was named, and goes on from there", async () => {
		const broken = createFakeWorld();
		broken.failures.set("Starting CoreDNS", new Error("no DNS today"));
		const provider = createFakeProvider(broken);
		await expect(provider.create(contractSpec("a1"), context())).rejects.toThrow("no DNS today");
		const steps: string[] = [];
		await provider.create(contractSpec("a1"), context(steps));
		expect(steps).toEqual(["Starting CoreDNS", "Preparing the workstation"]);
	});

	test("keeps half a lab when its engine dies in the middle", async () => {
		const crashed = createFakeWorld();
		crashed.stalls.add("Creating the cluster");
		const abort = new AbortController();
		const died = createFakeProvider(crashed).create(contractSpec("a1"), {
			signal: abort.signal,
			onStep: (step) => {
				if (step === "Creating the cluster") setImmediate(() => abort.abort(new Error("killed")));
			},
		});
		await expect(died).rejects.toThrow("killed");
		crashed.stalls.clear();
		const next = createFakeProvider(crashed);
		expect(await next.list()).toEqual(["a1"]);
		expect(await next.adopt("a1")).toBeUndefined();
	});
});
