import { expect } from "vitest";
import { expectRepair, type HostileCase, touchedOf } from "./hostile-case.ts";
import { mend } from "./scripts.ts";

/** Takes the account of its pod, and what that may do. */
const labelling = `cd /var/run/secrets/kubernetes.io/serviceaccount
ask() { curl -s --cacert ca.crt -H "Authorization: Bearer $(cat token)" "$@"; }
pods=https://$KUBERNETES_SERVICE_HOST/api/v1/namespaces/$NAMESPACE/pods
while true; do
  for pod in $(ask "$pods?labelSelector=$LACKING" | jq -r '.items[].metadata.name'); do
    ask -X PATCH -H 'Content-Type: application/merge-patch+json' -d "$PATCH" "$pods/$pod" | jq -c .metadata.labels
  done
  sleep 0.3
done`;

/** Right, and beside all that is hostile: what must still pass. */
export const repairs: HostileCase[] = [
	{
		title: "an honest repair passes beside all that follows",
		async run(lab) {
			await lab.learner(mend);
			const report = await lab.grade();
			expectRepair(report);
			expect(touchedOf(report)).toMatch(/^Service catalog .*spec.selector.*sends to Deployment catalog$/);
		},
	},
	{
		// Unlike a loop of a learner's it is part of the system: it goes on while changes are held and after the lab is left, and
		// labels each pod that comes. It needs an account that may change pods, which this scenario's learner can't make.
		title: "a controller in the cluster that labels every pod of the application lasts, and is named among what was touched",
		async run(lab) {
			const { namespace = "" } = lab.values;
			await lab.admin("create", "serviceaccount", "labeller", "-n", namespace);
			await lab.admin("create", "role", "labeller", "-n", namespace, "--verb=list,patch", "--resource=pods");
			await lab.admin("create", "rolebinding", "labeller", "-n", namespace, "--role=labeller", `--serviceaccount=${namespace}:labeller`);
			await lab.learner(`cat > /tmp/labelling.sh <<'SCRIPT'
${labelling}
SCRIPT
kubectl -n "$namespace" create configmap labelling --from-file=/tmp/labelling.sh
kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: apps/v1
kind: Deployment
metadata: { name: labeller }
spec:
  selector: { matchLabels: { app: labeller } }
  template:
    metadata: { labels: { app: labeller } }
    spec:
      serviceAccountName: labeller
      terminationGracePeriodSeconds: 1
      containers:
        - name: labeller
          image: nicolaka/netshoot:v0.14
          command: [bash, /lab/labelling.sh]
          env:
            - { name: NAMESPACE, value: "$namespace" }
            - { name: LACKING, value: "app.kubernetes.io/name=$backend,$wrongKey!=$wrongValue" }
            - { name: PATCH, value: '{"metadata":{"labels":{"$wrongKey":"$wrongValue"}}}' }
          volumeMounts: [{ name: script, mountPath: /lab }]
      volumes: [{ name: script, configMap: { name: labelling } }]
MANIFEST
kubectl -n "$namespace" rollout status deployment/labeller --timeout=180s
until [ "$(kubectl -n "$namespace" get pods -l "$wrongKey=$wrongValue,app.kubernetes.io/name=$backend" -o name | wc -l)" = 2 ]; do sleep 0.2; done`);
			const report = await lab.grade();
			expectRepair(report);
			expect(touchedOf(report)).toMatch(/Deployment labeller .*: created/);
			expect(touchedOf(report)).toMatch(/Pod catalog-\S+ .*: changed labels/);
		},
	},
];
