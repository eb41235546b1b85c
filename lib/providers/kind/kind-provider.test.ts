import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Clock } from "../../core/clock.ts";
import { hostManifest } from "../../core/host.ts";
import { createLogger } from "../../core/log.ts";
import type { ClusterSpec, LabProvider } from "../provider.ts";
import { goldenKey } from "./golden/golden-file.ts";
import { goldenId } from "./golden/prepare-golden.ts";
import { createKindProvider } from "./kind-provider.ts";

const cluster: ClusterSpec = { nodes: 1, kubeProxyMode: "nftables", dnsReplicas: 1, addons: [] };
const instanceId = "instance";
const signal = new AbortController().signal;
let dataDir: string;
/** What runs, as `docker ps` prints it. */
let running: string;
let provider: LabProvider;
let id: string;
/** Called in each pause of the provider's. */
let onPause: () => Promise<void>;
/** Ends the pause in which the provider is held. */
let release: () => void;

beforeEach(async () => {
	dataDir = await mkdtemp(join(tmpdir(), "faultline-kind-unit-"));
	running = join(dataDir, "running");
	const docker = join(dataDir, "docker");
	// Knows containers only, and gives nobody a network: no cluster can be made.
	const program = `#!/bin/sh
echo "$*" >>"${dataDir}/calls"
case "$1 $2" in
ps*) cat "${running}" ;;
rm*) : >"${running}" ;;
"network ls") ;;
*) exit 1 ;;
esac
`;
	await writeFile(docker, program, { mode: 0o755 });
	const host = hostManifest.parse({
		...{ way: "build", kubernetesVersion: "v1.36.3", kindVersion: "v0.33.0", kind: "/none/kind", kubectl: "/none/kubectl", docker },
		images: { node: "node:1", workstation: "workstation:1", prober: "prober:1", mirror: "mirror:1" },
		mirrored: [],
	});
	const clock: Clock = { now: () => 0, sleep: () => onPause() };
	onPause = async () => {};
	release = () => {};
	const goldenDir = join(dataDir, "golden");
	provider = createKindProvider({ dataDir, goldenDir, instanceId, host, clock, log: createLogger("test", "silent") });
	id = goldenId(goldenKey(host, cluster));
	await runs();
});
afterEach(async () => {
	release();
	await provider.close();
	await rm(dataDir, { recursive: true, force: true });
});

async function runs(...names: string[]): Promise<void> {
	const rows = names.map((name) => JSON.stringify({ ID: name, Names: `fl-${instanceId}-${name}`, State: "running" }));
	await writeFile(running, rows.join("\n"));
}
const calls = () => readFile(join(dataDir, "calls"), "utf8");

/** Holds the provider in its next pause. @returns what resolves when it is there */
function hold(): Promise<void> {
	const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
	onPause = () => {
		reached.resolve();
		return released.promise;
	};
	release = released.resolve;
	return reached.promise;
}

test("prepares no cluster while a lab runs; what is left of another that was prepared does not keep it from that", async () => {
	await runs("abc-control-plane");
	await expect(provider.prepare(cluster, signal)).rejects.toMatchObject({ code: "labs-come-first" });
	await runs("gold-control-plane");
	await expect(provider.prepare(cluster, signal)).rejects.toMatchObject({ code: "labs-come-first" });
	await runs(`${id === "gold0123" ? "gold4567" : "gold0123"}-control-plane`);
	await expect(provider.prepare(cluster, signal)).rejects.toMatchObject({ code: "no-free-subnet" });
});

test("removes nothing of a cluster that is being prepared, although it has the id of one that was left", async () => {
	await runs(`${id}-control-plane`);
	const reached = hold();
	const preparing = provider.prepare(cluster, signal).catch((error) => error);
	expect(await Promise.race([reached, preparing])).toBeUndefined();
	const before = await calls();
	await provider.destroy(id);
	expect(await calls()).toBe(before);
	release();
	expect(await preparing).toMatchObject({ code: "no-free-subnet" });
});

test("prepares no cluster under the id of one that is being removed", async () => {
	await runs(`${id}-control-plane`);
	const reached = hold();
	const removing = provider.destroy(id);
	await reached;
	await expect(provider.prepare(cluster, signal)).rejects.toMatchObject({ code: "labs-come-first" });
	release();
	await removing;
	await expect(provider.prepare(cluster, signal)).rejects.toMatchObject({ code: "no-free-subnet" });
});
