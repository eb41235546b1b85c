import { expect } from "vitest";
import { expectFailure, expectRepair, type HostileCase } from "./hostile-case.ts";
import { breakAgain, mend } from "./scripts.ts";

const held = "a check of this lab is running";

/** Somebody acts while the check runs (design, rule 3). */
export const races: HostileCase[] = [
	{
		title: "a loop that labels pods by hand faster than they are deleted is held off, and the label does not last",
		async run(lab) {
			await lab.learner(`cat > /tmp/loop.sh <<'LOOP'
while :; do kubectl -n "$namespace" label pods -l app.kubernetes.io/name="$backend" "$wrongKey=$wrongValue" --overwrite; done
LOOP
nohup bash /tmp/loop.sh > /tmp/loop.log 2>&1 & echo $! > /tmp/loop.pid
until [ "$(kubectl -n "$namespace" get pods -l "$wrongKey=$wrongValue,app.kubernetes.io/name=$backend" -o name | wc -l)" = 2 ]; do :; done`);
			try {
				expectFailure(await lab.grade(), /every-replica-serves: After one pod of each workload was deleted/);
				expect(await lab.learner("cat /tmp/loop.log")).toContain(held);
			} finally {
				await lab.learner("kill $(cat /tmp/loop.pid)");
			}
		},
	},
	{
		title: "a repair made when the check has begun is named as a change",
		async run(lab) {
			const report = await lab.grade({ beforeHold: () => lab.learner(mend) });
			expectFailure(report, /Changed while the check ran: Service catalog .*spec.selector/);
		},
	},
	{
		title: "a repair that is undone as soon as the check takes changes again is none",
		async run(lab) {
			await lab.learner(mend);
			const report = await lab.grade({ afterRelease: () => lab.learner(breakAgain) });
			expectFailure(report, /Service catalog .*spec.selector/);
		},
	},
	{
		title: "nothing can be broken while the check runs, and the learner is told why",
		async run(lab) {
			await lab.learner(mend);
			const destroy = () => lab.learner('! kubectl -n "$namespace" delete service "$backend" 2>&1');
			let refusal = "";
			const report = await lab.grade({
				async afterHold() {
					refusal = await destroy();
				},
			});
			expectRepair(report);
			expect(refusal).toContain(held);
		},
	},
	{
		title: "cluster DNS that is stopped while the check runs is a failure that says so",
		async run(lab) {
			await lab.learner(mend);
			const stop = () => lab.admin("scale", "deployment/coredns", "-n", "kube-system", "--replicas=0");
			expectFailure(await lab.grade({ beforeHold: stop }), /Deployment coredns of namespace kube-system .*spec.replicas/);
		},
	},
];
