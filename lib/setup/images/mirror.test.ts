import { expect, test } from "vitest";
import { refuseCollisions } from "./mirror.ts";
import { workloadNames } from "./workload.ts";

test("two registries' images of the same repository and tag can't be in one mirror", () => {
	const images = [
		{ ref: "a", names: ["faultline.dev/shop:1"] },
		{ ref: "b", names: ["registry.k8s.io/shop:1"] },
	];
	expect(() => refuseCollisions(images)).toThrow("registry.k8s.io/shop:1");
});

test("the debug images' names and the application's don't hide each other", () => {
	const images = Object.entries(workloadNames).map(([ref, names]) => ({ ref, names }));
	expect(() => refuseCollisions([...images, { ref: "shop", names: ["faultline.dev/shop:1"] }])).not.toThrow();
});

test("every debug image is there as :latest", () => {
	for (const names of Object.values(workloadNames)) expect(names.some((name) => name.endsWith(":latest"))).toBe(true);
});
