import { describe, expect, test } from "vitest";
import type { LabEnvironment } from "../../provider.ts";

const options = { timeoutMs: 180_000 };

/** What a learner can and can't do on a real cluster; run on a lab whose only namespace is `shop`. */
export function describeLearner(lab: () => LabEnvironment): void {
	const sh = (script: string, stdin?: string) => lab().exec(["bash", "-c", script], { ...options, stdin });
	const pod = (spec: object) =>
		JSON.stringify({
			apiVersion: "v1",
			kind: "Pod",
			metadata: { name: "escape" },
			spec: { containers: [{ name: "a", image: "busybox" }], ...spec },
		});
	const container = (rest: object) => ({ containers: [{ name: "a", image: "busybox", ...rest }] });

	describe("the learner", () => {
		test("is a user of its own in the scenario's namespace", async () => {
			expect((await sh("kubectl auth whoami -o jsonpath='{.status.userInfo.username}'")).stdout).toBe("learner");
			expect((await sh("kubectl config view --minify -o jsonpath='{..namespace}'")).stdout).toBe("shop");
			expect((await sh("kubectl create deployment tried --image=nginx --dry-run=server")).stderr).toBe("");
		});

		test("reads nodes and namespaces, and nothing of the platform's", async () => {
			expect((await sh("kubectl get nodes,namespaces")).exitCode).toBe(0);
			expect((await sh("kubectl -n kube-system get secrets")).stderr).toContain("Forbidden");
			expect(
				(await sh("kubectl get --raw /api/v1/nodes/$(kubectl get nodes -o name | head -1 | cut -d/ -f2)/proxy/pods")).stderr,
			).toContain("Forbidden");
		});

		test.each([
			["privileged", container({ securityContext: { privileged: true } })],
			["the host's network", { hostNetwork: true }],
			["the host's processes", { hostPID: true }],
			["the host's IPC", { hostIPC: true }],
			["a folder of the host", { volumes: [{ name: "host", hostPath: { path: "/" } }] }],
			["a port of the host", container({ ports: [{ containerPort: 80, hostPort: 80 }] })],
			["SYS_ADMIN", container({ securityContext: { capabilities: { add: ["SYS_ADMIN"] } } })],
			["a privileged init container", { initContainers: [{ name: "i", image: "busybox", securityContext: { privileged: true } }] }],
			["no seccomp", { securityContext: { seccompProfile: { type: "Unconfined" } } }],
		])("gets no pod with %s", async (_, spec) => {
			const { stderr } = await sh("kubectl create --dry-run=server -f -", pod(spec));
			expect(stderr).toContain("denied request");
		});

		test("gets no such pod through a controller either", async () => {
			const deployment = {
				apiVersion: "apps/v1",
				kind: "Deployment",
				metadata: { name: "escape" },
				spec: {
					selector: { matchLabels: { app: "escape" } },
					template: { metadata: { labels: { app: "escape" } }, spec: { hostPID: true, containers: [{ name: "a", image: "busybox" }] } },
				},
			};
			await sh("kubectl apply -f -", JSON.stringify(deployment));
			const refused = await sh(
				"kubectl wait deployment/escape --for=jsonpath='{.status.conditions[?(@.type==\"ReplicaFailure\")].status}'=True --timeout=120s && kubectl get deployment escape -o jsonpath='{.status.conditions}'",
			);
			expect(refused.stdout).toContain("denied request");
			expect((await sh("kubectl get pods -l app=escape -o name; kubectl delete deployment escape >/dev/null")).stdout).toBe("");
		});

		test("can't debug a node", async () => {
			const { stdout, stderr } = await sh("kubectl debug $(kubectl get nodes -o name | head -1) --image=busybox -- sleep 1");
			expect(stdout + stderr).toContain("denied request");
		});

		test("can't loosen a namespace", async () => {
			expect((await sh("kubectl label namespace shop faultline.dev/system=true")).stderr).toContain("Forbidden");
			expect((await sh("kubectl label --as-group=system:masters --as=x namespace shop a=b")).stderr).toContain("Forbidden");
		});

		test("debugs a pod in place with a terminal, but not with the node's rights", async () => {
			expect((await sh("kubectl run web --image=nginx && kubectl wait pod/web --for=condition=Ready --timeout=120s")).stderr).toBe("");
			// It waits for a line, so that its answer can't come before the terminal is attached.
			const typed = await sh(
				"script -qec \"kubectl debug -it web --image=busybox --target=web -c look -- sh -c 'read go; grep -a -o nginx /proc/1/cmdline'\" /dev/null",
				"go\n",
			);
			expect(typed.stdout).toContain("nginx");
			const sysadmin = await sh("kubectl debug web --image=busybox --target=web --profile=sysadmin -c more -- sleep 1");
			expect(sysadmin.stdout + sysadmin.stderr).toContain("denied request");
			await sh("kubectl delete pod web --now");
		});

		test.each(["busybox", "alpine", "nicolaka/netshoot", "curlimages/curl:latest"])(
			"starts a pod of %s by its usual name",
			async (image) => {
				// It waits for a line, so that its answer can't come before kubectl is attached.
				const said = await sh(
					`kubectl run tool --rm -i --restart=Never --pod-running-timeout=120s --image=${image} --command -- sh -c 'read go; echo it runs'`,
					"go\n",
				);
				expect(said.stdout, said.stderr).toContain("it runs");
			},
		);

		test("has tools that work without root: ping and tcpdump", async () => {
			expect((await sh("ping -c1 -W2 $(hostname -i)")).exitCode).toBe(0);
			// Traffic until it was seen: when tcpdump begins to listen is its own affair.
			const traffic = "while kill -0 $! 2>/dev/null; do kubectl get ns >/dev/null; done";
			expect((await sh(`timeout 120 tcpdump -c1 -nn -i any tcp port 6443 & ${traffic}; wait $!`)).stdout).toContain("6443");
		});
	});
}
