import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { watchView } from "./kube-watcher.ts";

const pod = (phase: string) => ({
	...{ apiVersion: "v1", kind: "Pod", spec: { containers: [] } },
	metadata: { name: "leaving", namespace: "shop", uid: "u1", resourceVersion: phase === "DELETED" ? "8" : "7" },
});

/** An API server on which a pod is deleted right after it was listed: only who watches from the list's version hears of it. */
async function apiServer(): Promise<KubeConfig> {
	const server = createServer(({ url = "" }, response) => {
		const { pathname, searchParams } = new URL(url, "http://localhost");
		response.setHeader("content-type", "application/json");
		const isPods = pathname === "/api/v1/pods";
		if (searchParams.get("watch") !== "true")
			return void response.end(JSON.stringify({ metadata: { resourceVersion: "7" }, items: isPods ? [pod("ADDED")] : [] }));
		response.flushHeaders();
		if (isPods && searchParams.get("resourceVersion") === "7")
			response.write(`${JSON.stringify({ type: "DELETED", object: pod("DELETED") })}\n`);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const admin = new KubeConfig();
	const { port } = server.address() as AddressInfo;
	admin.loadFromClusterAndUser({ name: "c", server: `http://127.0.0.1:${port}`, skipTLSVerify: true }, { name: "u" });
	return admin;
}

test("a pod that goes between the list and the watch is not kept", async () => {
	const admin = await apiServer();
	const ended = new AbortController();
	onTestFinished(() => ended.abort());
	const view = await watchView({ admin, clock: systemClock, signal: ended.signal, onChange: () => {} });
	expect(view.current().pods.map(({ metadata }) => metadata?.name)).toEqual(["leaving"]);
	await expect.poll(() => view.current().pods, { timeout: 10_000 }).toEqual([]);
});
