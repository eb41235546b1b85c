#!/usr/bin/env node
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Fault, tell } from "./host/fault.mjs";
import { prepare } from "./host/prepare.mjs";
import { root } from "./host/root.mjs";
import { run, runQuietly } from "./host/run.mjs";
import { conformancePage, readResults } from "./suite/conformance-page.mjs";

// Proves NetworkPolicy with Cyclonus on a cluster of two nodes, made for it and removed again: about 40 minutes on two
// cores. The host must be set up (npm start). --results keeps a run that can be gone on with; --page writes the table.

const name = "fl-cyclonus";
const workerImage = "mfenwick100/cyclonus-worker:latest";
const config = JSON.stringify({
	kind: "Cluster",
	apiVersion: "kind.x-k8s.io/v1alpha4",
	networking: { apiServerAddress: "127.0.0.1", dnsSearch: [] },
	kubeadmConfigPatches: [
		// Kubernetes refuses cgroup v1 otherwise; no effect on v2.
		"apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nfailCgroupV1: false\n",
		// Pods on both nodes, not on the worker alone.
		"apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nnodeRegistration:\n  taints: []\n",
	],
	nodes: [{ role: "control-plane" }, { role: "worker" }],
});

/** Runs a step that must succeed. */
async function must(what, file, args, options) {
	const { code, said } = await runQuietly(file, args, options);
	if (code !== 0) throw new Fault(`${what} failed: ${said}`);
	return said;
}

/** Builds Cyclonus and what its pods run. */
async function build(go, folder, env) {
	const flags = ["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o"];
	const source = join(root, "infra/cyclonus");
	for (const [output, cwd, part] of [
		["cyclonus", source, "."],
		["worker", source, "./worker"],
		["agnhost", join(source, "agnhost"), "."],
	]) {
		await must(`building ${output}`, go, [...flags, join(folder, output), part], {
			cwd,
			env: { ...env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
		});
	}
	writeFileSync(join(folder, "Dockerfile"), readFileSync(join(source, "Dockerfile")));
}

/** Puts the pods' image into the containerd of a node. */
function load(docker, node) {
	return new Promise((resolve, reject) => {
		const save = spawn(docker, ["save", workerImage], { stdio: ["ignore", "pipe", "inherit"] });
		const args = ["exec", "--interactive", node, "ctr", "--namespace", "k8s.io", "images", "import", "--snapshotter", "overlayfs", "-"];
		const read = spawn(docker, args, { stdio: [save.stdout, "ignore", "inherit"] });
		for (const child of [save, read]) child.once("error", reject);
		read.once("exit", (code) => (code === 0 ? resolve() : reject(new Fault(`loading the image into ${node} failed`))));
	});
}

async function main() {
	const { values } = parseArgs({
		options: {
			include: { type: "string" },
			results: { type: "string" },
			page: { type: "boolean", default: false },
			keep: { type: "boolean", default: false },
		},
	});
	const { node, env } = await prepare();
	const hostFile = join(env.FAULTLINE_DATA, "host.json");
	if (!existsSync(hostFile)) throw new Fault("This host is not set up for labs yet.", "npm start");
	const host = JSON.parse(readFileSync(hostFile, "utf8"));
	const go = await must("finding Go", node, [join(root, "lib/setup/print-go.ts")], { env });
	const folder = mkdtempSync(join(tmpdir(), "faultline-cyclonus-"));
	const results = values.results ?? join(folder, "results.jsonl");
	const own = { ...env, KUBECONFIG: join(folder, "kubeconfig"), KIND_EXPERIMENTAL_DOCKER_NETWORK: name, DOCKER_BUILDKIT: "0" };
	const say = (line) => process.stderr.write(`  … ${line}\n`);
	try {
		say("building Cyclonus");
		await build(go, folder, env);
		await must("making the pods' image", host.docker, ["build", "--tag", workerImage, folder], { env: own });
		say("making a cluster of two nodes");
		writeFileSync(join(folder, "kind.json"), config);
		await must(
			"making the cluster",
			host.kind,
			["create", "cluster", "--name", name, "--image", host.images.node, "--config", join(folder, "kind.json"), "--wait", "180s"],
			{ env: own },
		);
		for (const part of ["control-plane", "worker"]) await load(host.docker, `${name}-${part}`);
		const args = ["-results", results, ...(values.include ? ["-include", values.include] : [])];
		const code = await run(join(folder, "cyclonus"), args, { env: own, stdio: ["ignore", "inherit", "ignore"] });
		if (code !== 0) throw new Fault(`Cyclonus ended with ${code}; its results so far are in ${results}`);
		const all = readResults(results);
		if (values.page) writeFileSync(join(root, "docs/network-policy-conformance.md"), conformancePage(all, host));
		const failed = all.filter((result) => !result.passed);
		for (const result of failed) process.stdout.write(`failed: ${result.number} ${result.name} ${result.error ?? ""}\n`);
		process.stdout.write(`${all.length - failed.length} passed, ${failed.length} failed\n`);
		process.exitCode = failed.length > 0 || all.length === 0 ? 1 : 0;
	} finally {
		if (!values.keep) {
			await runQuietly(host.kind, ["delete", "cluster", "--name", name], { env: own });
			await runQuietly(host.docker, ["network", "rm", name]);
			await runQuietly(host.docker, ["rmi", workerImage]);
			if (values.results || process.exitCode !== undefined) rmSync(folder, { recursive: true, force: true });
		}
	}
}

main().catch(tell);
