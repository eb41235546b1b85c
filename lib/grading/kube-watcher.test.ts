import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { watchView } from "./kube-watcher.ts";
import { serveApi } from "./test-support/api-server.ts";

const pod = (phase: string) => ({
	...{ apiVersion: "v1", kind: "Pod", spec: { containers: [] } },
	metadata: { name: "leaving", namespace: "shop", uid: "u1", resourceVersion: phase === "DELETED" ? "8" : "7" },
});

/** An API server on which a pod is deleted right after it was listed: only who watches from the list's version hears of it. */
const apiServer = () =>
	serveApi(({ url = "" }, response) => {
		const { pathname, searchParams } = new URL(url, "http://localhost");
		const isPods = pathname === "/api/v1/pods";
		if (searchParams.get("watch") !== "true")
			return void response.end(JSON.stringify({ metadata: { resourceVersion: "7" }, items: isPods ? [pod("ADDED")] : [] }));
		response.flushHeaders();
		if (isPods && searchParams.get("resourceVersion") === "7")
			response.write(`${JSON.stringify({ type: "DELETED", object: pod("DELETED") })}\n`);
	});

test("a pod that goes between the list and the watch is not kept", async () => {
	const admin = await apiServer();
	const ended = new AbortController();
	onTestFinished(() => ended.abort());
	const view = await watchView({ admin, clock: systemClock, signal: ended.signal, onChange: () => {} });
	expect(view.current().pods.map(({ metadata }) => metadata?.name)).toEqual(["leaving"]);
	await expect.poll(() => view.current().pods, { timeout: 10_000 }).toEqual([]);
});
