import { expect } from "vitest";
import { expectFailure, type HostileCase } from "./hostile-case.ts";
import { mend } from "./scripts.ts";

/** Something is in the check's way, of which the check must neither make a pass nor a long wait. */
export const obstacles: HostileCase[] = [
	{
		title: "times that an object claims for itself don't make the check wait",
		async run(lab) {
			await lab.learner(`kubectl -n "$namespace" get service "$backend" -o json --show-managed-fields |
  jq '.metadata.managedFields |= map(.time = "2099-01-01T00:00:00Z")' | kubectl replace -f -`);
			const report = await lab.grade();
			expectFailure(report, /reachable-by-name/);
			// Not until 2099; what it takes besides, on a busy host too.
			expect(report.durationMs).toBeLessThan(240_000);
		},
	},
	{
		title: "a Deployment that is paused can't be rolled out: such a repair does not reach the next pods",
		async run(lab) {
			await lab.learner(`${mend}; kubectl -n "$namespace" rollout pause deployment "$backend"`);
			expectFailure(await lab.grade(), /After each workload was rolled out once: Deployment catalog can't be rolled out: it is paused/);
		},
	},
	{
		title: "a quota that lets no pod start again is named",
		async run(lab) {
			await lab.learner(mend);
			await lab.admin("create", "quota", "full", "-n", lab.values.namespace ?? "", "--hard=pods=1");
			expectFailure(await lab.grade(), /After one pod of each workload was deleted.*exceeded quota: full/);
		},
	},
	{
		title: "pods that can't leave for a finalizer are named",
		async run(lab) {
			await lab.learner(`${mend}
kubectl -n "$namespace" patch deployment "$backend" -p '{"spec": {"template": {"metadata": {"finalizers": ["example.com/stay"]}}}}'
kubectl -n "$namespace" rollout status deployment "$backend" --timeout=180s`);
			expectFailure(await lab.grade(), /finalizer example.com\/stay holds pod/);
		},
	},
	{
		title: "a namespace that is gone is a failure that names it",
		async run(lab) {
			await lab.admin("delete", "namespace", lab.values.namespace ?? "", "--grace-period=1");
			expectFailure(await lab.grade(), /namespace shop is gone/);
		},
	},
	// The last of all: control planes need a while after an outage.
	{
		title: "without the API server traffic is told all the same, and nobody is accused",
		async run(lab) {
			await lab.learner(mend);
			await lab.inSight();
			const node = lab.environment.nodes[0] ?? "";
			const [here, away] = ["/etc/kubernetes/manifests/kube-apiserver.yaml", "/root/kube-apiserver.yaml"];
			const isUp = async () => (await lab.environment.kubectl(["get", "--raw", "/readyz"], { timeoutMs: 30_000 })).exitCode === 0;
			await lab.environment.nodeExec(node, ["mv", here, away], { timeoutMs: 30_000 });
			try {
				await expect.poll(isUp, { timeout: 180_000 }).toBe(false);
				const report = await lab.grade();
				expect(report).toMatchObject({ verdict: "error", repair: "none", points: 0 });
				expect(report.trouble).toContain("does not answer");
				expect(report.objectives.map(({ id, verdict }) => `${id} ${verdict}`)).toContain("reachable-by-name pass");
			} finally {
				await lab.environment.nodeExec(node, ["mv", away, here], { timeoutMs: 30_000 });
				await expect.poll(isUp, { timeout: 180_000 }).toBe(true);
			}
		},
	},
];
