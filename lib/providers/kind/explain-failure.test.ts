import { expect, test } from "vitest";
import { explainFailure, tellingLines } from "./explain-failure.ts";
import { stageOf } from "./kind-create.ts";

test.each([
	["Failed to create inotify object: Too many open files", "sysctl -w fs.inotify"],
	['ERROR: failed to create cluster: failed to pull image "faultline/node:1"', "npm start"],
	["write /var/lib: no space left on device", "docker system df"],
	["Cannot connect to the Docker daemon at unix:///var/run/docker.sock", "npx faultline doctor"],
	["fork/exec: cannot allocate memory", "npx faultline lab stop"],
])("mends a known cause: %s", (said, mend) => {
	const error = explainFailure(said, "kind.log");
	expect(error).toMatchObject({ code: "cluster-not-created", kind: "platform" });
	expect(error.mend).toContain(mend);
	expect(error.message).toContain(said);
});

test("says where all of it stands when the cause is unknown", () => {
	expect(explainFailure("ERROR: something new", "/data/kind.log").mend).toContain("/data/kind.log");
});

test("keeps the error's own line besides the end", () => {
	const output = ["ERROR: failed to init node", ...Array.from({ length: 40 }, (_, index) => `line ${index}`)].join("\n");
	const lines = tellingLines(output, 5);
	expect(lines[0]).toBe("ERROR: failed to init node");
	expect(lines.at(-1)).toBe("line 39");
	expect(lines).toHaveLength(7);
});

test("leaves out warnings that are always there", () => {
	expect(tellingLines("WARNING: Overriding docker network due to X\n\nERROR: no")).toEqual(["ERROR: no"]);
});

test("reads kind's stages", () => {
	expect(stageOf(" • Starting control-plane 🕹️  ...")).toBe("starting control-plane");
	expect(stageOf(" • Ensuring node image (faultline/node:1) 🖼️ ...")).toBe("ensuring node image");
	expect(stageOf(" • Preparing nodes 📦 📦   ...")).toBe("preparing nodes");
	expect(stageOf(" ✓ Starting control-plane 🕹️")).toBeUndefined();
});
