import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { GradeReport } from "../../protocol/report.ts";
import { type HostileLab, startHostileLab } from "./test-support/hostile-lab.ts";

const timeoutMs = 5 * 60_000;
let lab: HostileLab;

beforeAll(async () => {
	lab = await startHostileLab("broken-selector", 1);
}, 10 * 60_000);
beforeEach(() => lab.restore(), timeoutMs);
afterAll(() => lab?.close(), timeoutMs);

const mend = `kubectl -n "$namespace" patch service "$backend" --type json -p '[{"op": "replace", "path": "/spec/selector", "value": {"app.kubernetes.io/name": "'"$backend"'"}}]'`;
/** Pods of an image behind the Service as the fault left it: with the labels that it asks for. */
const impostor = (name: string, container: string) => `kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 2
  selector: { matchLabels: { impostor: "yes" } }
  template:
    metadata: { labels: { impostor: "yes", app.kubernetes.io/name: $backend, "$wrongKey": "$wrongValue" } }
    spec:
      containers:
        - ${container}
MANIFEST
kubectl -n "$namespace" rollout status deployment/${name} --timeout=90s`;

/** All that a report says against the lab. */
const said = ({ objectives, guards }: GradeReport) =>
	[...objectives, ...guards].filter(({ verdict }) => verdict === "fail").map(({ id, message }) => `${id}: ${message}`);
/** A verdict on the learner's doing: never the grader's own problem. */
function expectFailure(report: GradeReport, ...words: (string | RegExp)[]): void {
	expect(report.verdict, report.trouble).toBe("fail");
	expect([...report.objectives, ...report.guards].map(({ verdict }) => verdict)).not.toContain("error");
	for (const word of words) expect(said(report).join("\n")).toMatch(word);
}

test("an honest repair passes beside all that follows", { timeout: timeoutMs }, async () => {
	await lab.learner(mend);
	const report = await lab.grade();
	expect(said(report)).toEqual([]);
	expect(report).toMatchObject({ verdict: "pass", repair: "repair", points: 100 });
	expect(report.touched.map(({ object }) => object).join()).toContain("Service catalog");
});

test("pods that answer anything on any port are not the application", { timeout: timeoutMs }, async () => {
	const container =
		'{ name: web, image: "registry.k8s.io/e2e-test-images/agnhost:2.53", args: [netexec, --http-port=8080], ports: [{ name: http, containerPort: 8080 }] }';
	await lab.learner(impostor("anything", container));
	expectFailure(await lab.grade(), /reachable-by-name: /, /every-replica-serves: /);
});

test("a loop that labels pods by hand faster than they are deleted is held off, and the label does not last", {
	timeout: timeoutMs,
}, async () => {
	await lab.learner(`cat > /tmp/loop.sh <<'LOOP'
for i in $(seq 400); do kubectl -n "$namespace" label pods -l app.kubernetes.io/name="$backend" "$wrongKey=$wrongValue" --overwrite; done
LOOP
nohup bash /tmp/loop.sh > /tmp/loop.log 2>&1 & echo $! > /tmp/loop.pid; sleep 4`);
	try {
		const report = await lab.grade();
		expectFailure(report, /every-replica-serves: After one pod of each workload was deleted/);
		expect(await lab.learner("cat /tmp/loop.log")).toContain("a check of this lab is running");
	} finally {
		await lab.learner("kill $(cat /tmp/loop.pid)");
	}
});
