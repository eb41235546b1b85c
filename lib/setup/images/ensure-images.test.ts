import { expect, test } from "vitest";
import { forcedWay } from "./ensure-images.ts";
import { usualName } from "./pull.ts";

test("the way is forced by build or pull only", () => {
	expect([forcedWay(undefined), forcedWay(""), forcedWay("build"), forcedWay("pull")]).toEqual([undefined, undefined, "build", "pull"]);
	expect(() => forcedWay("both")).toThrow("both");
});

test.each([
	["docker.io/library/nginx:latest", "nginx:latest"],
	["docker.io/nicolaka/netshoot:v0.14", "nicolaka/netshoot:v0.14"],
	["registry.k8s.io/pause:3.10.2", "registry.k8s.io/pause:3.10.2"],
])("people write %s as %s", (full, usual) => {
	expect(usualName(full)).toBe(usual);
});
