import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../core/ids.ts";
import type { LabEnvironment, LabProvider, LabSpec } from "../provider.ts";

interface ContractOptions {
	/** A provider over the same labs each time it is called, as after a restart of the engine. */
	open(): Promise<LabProvider>;
	/** For the slowest call, a lab's making. */
	timeoutMs: number;
	/** Further tests on the same lab, before it is removed. */
	also?(lab: () => LabEnvironment): void;
	/** Looks at what is left when the lab has been removed. */
	after?(): Promise<void>;
}

const never = () => new AbortController().signal;

/** A lab small enough for every provider. */
export function contractSpec(labId: string): LabSpec {
	return {
		labId,
		cluster: { nodes: 1, kubeProxyMode: "iptables", dnsReplicas: 1, addons: [] },
		access: { namespaces: ["shop"], clusterRules: [], clusterDns: false, ingressController: false, hostPorts: [] },
		files: { "lab/readme.txt": "read me\n", "lab/deep/er/süß.yaml": "kind: Note\n" },
	};
}

/** What every provider must keep: the rooms above rely on nothing else. */
export function describeProvider(name: string, { open, timeoutMs, also, after }: ContractOptions): void {
	describe(`${name}, as every provider`, () => {
		const spec = contractSpec(newId());
		const steps: string[] = [];
		let provider: LabProvider;
		let lab: LabEnvironment;

		beforeAll(async () => {
			provider = await open();
			lab = await provider.create(spec, { signal: never(), onStep: (step) => steps.push(step) });
		}, timeoutMs);

		afterAll(async () => {
			await provider.destroy(spec.labId);
			await provider.close();
		}, timeoutMs);

		test("names the steps of a lab's making", () => {
			expect(steps.length).toBeGreaterThan(1);
			expect(lab.labId).toBe(spec.labId);
			expect(lab.nodes).toHaveLength(spec.cluster.nodes);
		});

		test("makes nothing twice", { timeout: timeoutMs }, async () => {
			const again: string[] = [];
			const same = await provider.create(spec, { signal: never(), onStep: (step) => again.push(step) });
			expect(same.nodes).toEqual(lab.nodes);
			expect(again).toEqual([]);
		});

		test("lists the lab, says what one more needs, and counts it in the host's memory", async () => {
			expect(await provider.list()).toContain(spec.labId);
			const neededBytes = provider.neededBytes(spec.cluster);
			expect(neededBytes).toBeGreaterThan(0);
			const memory = await provider.memory();
			expect(memory.labs[spec.labId]).toBeGreaterThanOrEqual(neededBytes);
			expect(memory.mostBytes).toBeGreaterThan(neededBytes);
			expect(memory.totalBytes).toBeGreaterThan(0);
			expect(await provider.status()).toMatchObject({ ok: true });
		});

		test("takes the lab up again after a restart of the engine", { timeout: timeoutMs }, async () => {
			const restarted = await open();
			const adopted = await restarted.adopt(spec.labId);
			expect(adopted?.nodes).toEqual(lab.nodes);
			expect((await adopted?.exec(["true"], { timeoutMs: 60_000 }))?.exitCode).toBe(0);
			await restarted.close();
		});

		test("takes up no lab that does not exist", async () => {
			expect(await provider.adopt(newId())).toBeUndefined();
		});

		test("runs programs on the workstation as the learner, with input and environment", { timeout: timeoutMs }, async () => {
			expect((await lab.exec(["whoami"], { timeoutMs: 60_000 })).stdout.trim()).toBe("learner");
			expect((await lab.exec(["cat"], { timeoutMs: 60_000, stdin: "a\nb" })).stdout).toBe("a\nb");
			expect((await lab.exec(["printenv", "COLOUR"], { timeoutMs: 60_000, env: { COLOUR: "blue" } })).stdout.trim()).toBe("blue");
		});

		test("returns a program's exit code as a value", { timeout: timeoutMs }, async () => {
			expect((await lab.exec(["false"], { timeoutMs: 60_000 })).exitCode).toBe(1);
		});

		test("ends a program that overruns its time", { timeout: timeoutMs }, async () => {
			await expect(lab.exec(["sleep", "60"], { timeoutMs: 300 })).rejects.toMatchObject({ code: "command-timeout" });
		});

		test("puts the lab's files into the learner's home", { timeout: timeoutMs }, async () => {
			for (const [path, content] of Object.entries(spec.files)) {
				expect((await lab.exec(["cat", path], { timeoutMs: 60_000 })).stdout).toBe(content);
			}
		});

		test("runs programs on nodes, and kubectl as administrator", { timeout: timeoutMs }, async () => {
			expect((await lab.nodeExec(lab.nodes[0] ?? "", ["whoami"], { timeoutMs: 60_000 })).stdout.trim()).toBe("root");
			expect((await lab.kubectl(["get", "--raw", "/readyz"], { timeoutMs: 30_000 })).stdout).toBe("ok");
		});

		test("answers probes in the order of the questions, also those that can't be sent", { timeout: timeoutMs }, async () => {
			const api = { kind: "tcp", host: lab.nodes[0] ?? "", port: 6443, timeoutMs: 5000 } as const;
			const results = await lab.probe([
				{ ...api, from: { podUid: "00000000-0000-0000-0000-000000000000" } },
				{ ...api, from: { workstation: true } },
				{ ...api, from: { edge: true } },
				{ ...api, from: { node: lab.nodes[0] ?? "" } },
			]);
			expect(results.map((result) => result.outcome)).toEqual(["no-vantage", "answered", "answered", "answered"]);
		});

		also?.(() => lab);

		test("gives the learner further files with other rights", { timeout: timeoutMs }, async () => {
			await lab.grant({ ...spec.access, namespaces: ["till"] }, { "lab/second.txt": "second\n" }, never());
			expect((await lab.exec(["cat", "lab/second.txt"], { timeoutMs: 60_000 })).stdout).toBe("second\n");
			expect((await lab.exec(["cat", "lab/readme.txt"], { timeoutMs: 60_000 })).stdout).toBe("read me\n");
		});

		test("stays frozen until thawed, however often it is asked", { timeout: timeoutMs }, async () => {
			await lab.freeze();
			await lab.freeze();
			await lab.thaw();
			await lab.thaw();
			expect((await lab.exec(["true"], { timeoutMs: 60_000 })).exitCode).toBe(0);
			expect((await lab.kubectl(["get", "--raw", "/readyz"], { timeoutMs: 30_000 })).stdout).toBe("ok");
		});

		test("wakes from swap as it was, where the host has any; a running lab is not moved there", { timeout: timeoutMs }, async () => {
			await expect(lab.reclaim(never())).rejects.toMatchObject({ code: "not-reclaimed" });
			await lab.freeze();
			const before = await lab.usage();
			expect(before.memoryBytes).toBeGreaterThan(0);
			if (await provider.coldRoom(spec.cluster)) {
				await lab.reclaim(never());
				const after = await lab.usage();
				expect(after.memoryBytes).toBeLessThan(before.memoryBytes / 2);
				expect(after.swapBytes).toBeGreaterThan(before.swapBytes);
			}
			await lab.thaw();
			expect((await lab.exec(["true"], { timeoutMs: 60_000 })).exitCode).toBe(0);
			expect((await lab.kubectl(["get", "--raw", "/readyz"], { timeoutMs: 30_000 })).stdout).toBe("ok");
		});

		test("removes what an interrupted making has left", { timeout: timeoutMs }, async () => {
			const other = contractSpec(newId());
			const abort = new AbortController();
			const made = provider.create(other, {
				signal: abort.signal,
				onStep: (step) => {
					if (step === "Creating the cluster") abort.abort(new Error("enough"));
				},
			});
			await expect(made).rejects.toThrow();
			expect(await provider.list()).toContain(other.labId);
			expect(await provider.adopt(other.labId)).toBeUndefined();
			await provider.destroy(other.labId);
			expect(await provider.list()).not.toContain(other.labId);
		});

		test("removes every trace, and does so again without complaint", { timeout: timeoutMs }, async () => {
			await provider.destroy(spec.labId);
			await provider.destroy(spec.labId);
			expect(await provider.list()).not.toContain(spec.labId);
			expect(await provider.adopt(spec.labId)).toBeUndefined();
			await after?.();
		});
	});
}
