import { expect } from "vitest";
import { expectFailure, type HostileCase, touchedOf } from "./hostile-case.ts";
import { clusterAddress, dnsImage, forger } from "./name-server.ts";
import { answersAnything, mend, secondService } from "./scripts.ts";

/** Traffic is led another way than the one that was asked for: by rules in a pod, by forged answers. */
export const detours: HostileCase[] = [
	{
		title: "rules written into the client's own network don't outlive the client",
		async run(lab) {
			await lab.learner(`to=$(kubectl -n "$namespace" get pods -l app.kubernetes.io/name="$backend" -o jsonpath='{.items[0].status.podIP}')
at=$(kubectl -n "$namespace" get service "$backend" -o jsonpath='{.spec.clusterIP}')
pod=$(kubectl -n "$namespace" get pods -l app.kubernetes.io/name="$front" -o name)
kubectl -n "$namespace" debug "$pod" --profile=netadmin --image=nicolaka/netshoot:v0.14 -c redirect -- iptables -t nat -A OUTPUT -d "$at" -p tcp --dport 80 -j DNAT --to-destination "$to:8080"
kubectl -n "$namespace" wait "$pod" --for=jsonpath='{.status.ephemeralContainerStatuses[0].state.terminated.exitCode}'=0 --timeout=180s`);
			const report = await lab.grade();
			expectFailure(report, /reachable-by-name: .*something there sends it elsewhere/, /every-replica-serves: .*no endpoints/);
			expect(touchedOf(report)).toMatch(/Pod storefront-.* spec.ephemeralContainers/);
		},
	},
	{
		title: "a name server of the learner's own, which sends the client past the Service, is named and does not stand for it",
		async run(lab) {
			const { namespace = "", backend } = lab.values;
			await lab.learner(secondService);
			const lie = { of: `${backend}.${namespace}.svc.cluster.local`, address: await clusterAddress(lab, "other") };
			const server = forger({ name: "names", namespace, image: await dnsImage(lab), lie, upstream: "/etc/resolv.conf" });
			await lab.learner(`kubectl apply -f - <<'MANIFEST'
${server}
MANIFEST
kubectl -n "$namespace" rollout status deployment/names --timeout=180s
at=$(kubectl -n "$namespace" get service names -o jsonpath='{.spec.clusterIP}')
kubectl -n "$namespace" patch deployment "$front" -p '{"spec": {"template": {"spec": {"dnsPolicy": "None", "dnsConfig":
  {"nameservers": ["'"$at"'"], "searches": ["'"$namespace"'.svc.cluster.local", "svc.cluster.local", "cluster.local"]}}}}}'
kubectl -n "$namespace" rollout status deployment "$front" --timeout=180s`);
			const report = await lab.grade();
			expectFailure(report, /every-replica-serves: .*no endpoints/, /no-hard-coded-address: .*storefront/);
			expect(touchedOf(report)).toMatch(/Deployment storefront .*dnsConfig/);
		},
	},
	{
		title: "a second name server behind cluster DNS that forges an answer spoils a right repair",
		async run(lab) {
			const { namespace = "", backend } = lab.values;
			await lab.learner(`${mend}
kubectl -n "$namespace" apply -f - <<'MANIFEST'
apiVersion: v1
kind: Pod
metadata: { name: trap, labels: { app: trap } }
spec: { containers: [${answersAnything}] }
MANIFEST
kubectl -n "$namespace" expose pod trap --port=80 --target-port=8080
kubectl -n "$namespace" wait --for=condition=Ready pod/trap --timeout=180s`);
			const genuine = ["get", "pods", "-n", "kube-system", "-l", "k8s-app=kube-dns", "-o", "jsonpath={.items[0].status.podIP}"];
			await lab.apply(
				forger({
					...{ name: "names", namespace: "kube-system", labels: { "k8s-app": "kube-dns" }, image: await dnsImage(lab) },
					lie: { of: `${backend}.${namespace}.svc.cluster.local`, address: await clusterAddress(lab, "trap") },
					upstream: await lab.admin(...genuine),
				}),
			);
			await lab.admin("rollout", "status", "deployment/names", "-n", "kube-system", "--timeout=180s");
			const report = await lab.grade();
			// Which of the two meets the forged half of the answers last is chance; that one does is not.
			expectFailure(report, /reachable-by-name: .*pod trap|list-is-shown: .*answered by something that is not/);
			expect(touchedOf(report)).toMatch(/Deployment names \(namespace kube-system\): created/);
		},
	},
];
