import { expect, test } from "vitest";
import { fullImageName, parseImageName } from "./image-names.ts";

test.each([
	["nginx", "docker.io/library/nginx:latest"],
	["nginx:1.29", "docker.io/library/nginx:1.29"],
	["nicolaka/netshoot", "docker.io/nicolaka/netshoot:latest"],
	["docker.io/nginx", "docker.io/library/nginx:latest"],
	["registry.k8s.io/e2e-test-images/agnhost:2.63.0", "registry.k8s.io/e2e-test-images/agnhost:2.63.0"],
	["faultline.dev/shop:1", "faultline.dev/shop:1"],
	["localhost:5000/a/b", "localhost:5000/a/b:latest"],
])("%s is %s in full", (name, full) => {
	expect(fullImageName(name)).toBe(full);
});

test("a registry's port is not taken for a tag", () => {
	expect(parseImageName("localhost:5000/shop")).toEqual({ registry: "localhost:5000", repository: "shop", tag: "latest" });
});
