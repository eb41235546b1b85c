import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { createLogger } from "../../core/log.ts";
import { describeProvider } from "../contract/contract.ts";
import type { LabEnvironment } from "../provider.ts";
import { createDocker } from "./docker.ts";
import { createKindProvider } from "./kind-provider.ts";
import { labNames, proberName } from "./lab-names.ts";
import { describeEyes } from "./testing/eyes-checks.ts";
import { describeInstaller } from "./testing/installer-checks.ts";
import { describeLearner } from "./testing/learner-checks.ts";
import { testHost } from "./testing/test-host.ts";

const timeoutMs = 8 * 60_000;

const host = await testHost();
const dataDir = await mkdtemp(join(tmpdir(), "faultline-kind-"));
// The test run removes what bears its instance, also after a kill.
const instanceId = process.env.FAULTLINE_INSTANCE ?? newId();
const log = createLogger("test", process.env.FAULTLINE_LOG ?? "warn");
const docker = createDocker(host.docker);

afterAll(() => rm(dataDir, { recursive: true, force: true }));

describeProvider("kind", {
	open: async () => createKindProvider({ dataDir, instanceId, host, log, clock: systemClock }),
	timeoutMs,
	also: (lab) => {
		describeLearner(lab);
		describeInstaller(lab);
		describeEyes(lab);
		describeParts(lab);
	},
	after: async () => {
		expect(await docker.containers(`fl-${instanceId}`)).toEqual([]);
		expect(await docker.networks(`fl-${instanceId}`)).toEqual([]);
	},
});

function describeParts(lab: () => LabEnvironment): void {
	describe("a lab on kind", () => {
		test("has cluster DNS at the usual address, with the replicas that were asked for", async () => {
			const said = await lab().kubectl(
				[
					"-n",
					"kube-system",
					"get",
					"svc/kube-dns",
					"deploy/coredns",
					"-o",
					"jsonpath={.items[0].spec.clusterIP} {.items[1].spec.replicas}",
				],
				{
					timeoutMs: 30_000,
				},
			);
			expect(said.stdout).toBe("10.96.0.10 1");
		});

		test("answers DNS and HTTP to probes that speak as a pod", { timeout: timeoutMs }, async () => {
			const run = (args: string[]) => lab().kubectl(["-n", "shop", ...args], { timeoutMs: 200_000 });
			await run(["create", "deployment", "site", "--image=nginx"]);
			await run(["expose", "deployment", "site", "--port=80"]);
			const rolled = await run(["rollout", "status", "deployment/site", "--timeout=180s"]);
			expect(rolled.exitCode, rolled.stderr).toBe(0);
			const podUid = (await run(["get", "pods", "-l", "app=site", "-o", "jsonpath={.items[0].metadata.uid}"])).stdout;
			const ask = () =>
				lab().probe([
					{ kind: "dns", name: "site", timeoutMs: 5000, from: { podUid } },
					{ kind: "http", url: "http://site.shop/", timeoutMs: 5000, from: { podUid } },
					{ kind: "http", url: "http://site.shop/", timeoutMs: 3000, from: { workstation: true } },
				]);
			// A rollout has ended when its pods are ready; the node's rules for the Service follow a moment later.
			await expect
				.poll(ask, { timeout: 60_000 })
				.toMatchObject([
					{ outcome: "answered", dns: { rcode: "NOERROR", server: "10.96.0.10:53" } },
					{ outcome: "answered", http: { status: 200 } },
					{ outcome: expect.stringMatching(/^name-/) },
				]);
			await run(["delete", "deployment,service", "site"]);
		});

		test("takes no change from the learner while held, and says why", { timeout: timeoutMs }, async () => {
			const { signal } = new AbortController();
			const change = () => lab().exec(["kubectl", "-n", "shop", "create", "configmap", "held"], { timeoutMs: 30_000 });
			await lab().hold(signal);
			expect(await change()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("a check of this lab is running") });
			expect((await lab().exec(["kubectl", "-n", "shop", "get", "pods"], { timeoutMs: 30_000 })).exitCode).toBe(0);
			await lab().release(signal);
			expect((await change()).exitCode).toBe(0);
		});

		test("gets its eyes back when the prober has died", { timeout: timeoutMs }, async () => {
			const ask = () =>
				lab().probe([{ kind: "tcp", host: lab().nodes[0] ?? "", port: 6443, timeoutMs: 5000, from: { workstation: true } }]);
			expect((await ask())[0]?.outcome).toBe("answered");
			await docker.must(["rm", "--force", proberName(instanceId)]);
			expect((await ask())[0]).toMatchObject({ outcome: "answered" });
		});

		test("keeps a shell and its output apart from whoever shows it", { timeout: timeoutMs }, async () => {
			const { file, args } = lab().shell({ shellId: "s1", fromOffset: 0, create: true });
			expect([file, ...args].join(" ")).toContain("shell-host attach --shell s1 --from 0 --acks --create");
			await lab().closeShell("s1");
			await lab().closeShell("s1");
		});

		test("shows nothing of Faultline's eyes in the cluster or on the node", async () => {
			const node = await lab().nodeExec(lab().nodes[0] ?? "", ["ps", "-eo", "args"], { timeoutMs: 60_000 });
			expect(node.stdout).not.toContain("prober");
			const pods = await lab().kubectl(["get", "pods", "-A", "-o", "name"], { timeoutMs: 30_000 });
			expect(pods.stdout).not.toMatch(/prober|faultline/);
		});

		test("is neither seen nor removed by another instance on the same Docker", { timeout: timeoutMs }, async () => {
			const elsewhere = await mkdtemp(join(tmpdir(), "faultline-kind-"));
			const other = createKindProvider({ dataDir: elsewhere, instanceId: newId(), host, log, clock: systemClock });
			expect(await other.list()).toEqual([]);
			expect(await other.adopt(lab().labId)).toBeUndefined();
			await other.destroy(lab().labId);
			expect((await lab().nodeExec(lab().nodes[0] ?? "", ["true"], { timeoutMs: 60_000 })).exitCode).toBe(0);
			expect((await lab().exec(["true"], { timeoutMs: 60_000 })).exitCode).toBe(0);
			await other.close();
			await rm(elsewhere, { recursive: true });
		});

		test("is paused as a whole while frozen", { timeout: timeoutMs }, async () => {
			const states = async () => new Set((await docker.containers(labNames(instanceId, lab().labId).cluster)).map((row) => row.state));
			await lab().freeze();
			expect(await states()).toEqual(new Set(["paused"]));
			await lab().thaw();
			expect(await states()).toEqual(new Set(["running"]));
		});
	});
}
