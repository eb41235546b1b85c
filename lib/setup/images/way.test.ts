import { expect, test } from "vitest";
import type { ImageContext } from "./image-context.ts";
import { chooseWay } from "./way.ts";

/** A docker whose every command succeeds or fails. */
const context = (docker: "/bin/true" | "/bin/false"): ImageContext => ({
	cacheDir: "/nowhere",
	root: "/nowhere",
	docker,
	go: "/bin/false",
	signal: new AbortController().signal,
	log: () => undefined,
});

test("images are pulled where a registry answers, else built", async () => {
	expect(await chooseWay({ probe: "busybox:1.37" }, context("/bin/true"))).toBe("pull");
	expect(await chooseWay({ probe: "busybox:1.37" }, context("/bin/false"))).toBe("build");
});

test("an instance stays with its way, whatever answers later, unless its owner says otherwise", async () => {
	expect(await chooseWay({ before: "build", probe: "x" }, context("/bin/true"))).toBe("build");
	expect(await chooseWay({ before: "build", forced: "pull", probe: "x" }, context("/bin/false"))).toBe("pull");
});

test("a cancelled set-up decides nothing", async () => {
	const gone = { ...context("/bin/true"), signal: AbortSignal.abort() };
	await expect(chooseWay({ probe: "x" }, gone)).rejects.toThrow();
});
