import { expectFailure, type HostileCase } from "./hostile-case.ts";
import { answersAnything, impostor, passingOn, sameImage, secondService } from "./scripts.ts";

/** Others answer in the application's place (design, rule 4). */
export const impostors: HostileCase[] = [
	{
		title: "pods that answer anything on any port are not the application",
		async run(lab) {
			await lab.learner(impostor("anything", answersAnything));
			expectFailure(await lab.grade(), /reachable-by-name: .*pod anything-/, /every-replica-serves: .*Deployment anything/);
		},
	},
	{
		title: "the application's own image under another name, which sees every nonce, is not the application",
		async run(lab) {
			await lab.learner(impostor("catalog-two", sameImage));
			expectFailure(await lab.grade(), /list-is-shown: .*not catalog/, /every-replica-serves: .*Deployment catalog-two/);
		},
	},
	{
		title: "another image under the right name and labels is not the application",
		async run(lab) {
			await lab.learner(`kubectl -n "$namespace" delete deployment "$backend"; ${impostor("$backend", answersAnything)}`);
			expectFailure(await lab.grade(), /reachable-by-name: .*pod catalog-/, /application-kept: Deployment catalog runs .*agnhost/);
		},
	},
	{
		title: "a lone pod in front of the real ones, passing everything on, does not come back",
		async run(lab) {
			await lab.learner(`address=$(kubectl -n "$namespace" get pods -l app.kubernetes.io/name="$backend" -o jsonpath='{.items[0].status.podIP}')
kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: v1
kind: Pod
metadata: { name: passing, labels: { app.kubernetes.io/name: "$backend", "$wrongKey": "$wrongValue" } }
spec:
  containers:
    - ${passingOn("$address:8080")}
MANIFEST
kubectl -n "$namespace" wait --for=condition=Ready pod/passing --timeout=180s`);
			expectFailure(await lab.grade(), /reachable-by-name: .*pod passing of no controller/, /every-replica-serves: .*no controller/);
		},
	},
	{
		title: "a proxy that lasts, in front of a Service of its own, is not the application either",
		async run(lab) {
			await lab.learner(`${secondService}
${impostor("passing", passingOn("other"))}`);
			expectFailure(await lab.grade(), /reachable-by-name: .*pod passing-/, /every-replica-serves: .*Deployment passing/);
		},
	},
];
