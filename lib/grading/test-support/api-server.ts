import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { onTestFinished } from "vitest";

/** Serves the paths of a Kubernetes API as a test plays it, until the test ends. @returns how to reach it */
export async function serveApi(answer: RequestListener): Promise<KubeConfig> {
	const server = createServer((request, response) => {
		response.setHeader("content-type", "application/json");
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	const admin = new KubeConfig();
	admin.loadFromClusterAndUser({ name: "c", server: `http://127.0.0.1:${port}`, skipTLSVerify: true }, { name: "u" });
	return admin;
}
