import { beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../core/clock.ts";
import type { LabEnvironment } from "../../provider.ts";
import { waitUntil } from "../wait-until.ts";

const options = { timeoutMs: 240_000 };

/** What a learner with rights to mend cluster DNS and to install an ingress controller can do, and every way up that we know. */
export function describeInstaller(lab: () => LabEnvironment): void {
	const sh = (script: string, stdin?: string) => lab().exec(["bash", "-c", script], { ...options, stdin });
	const create = (object: object) => sh("kubectl create --dry-run=server -f -", JSON.stringify(object));
	const dns = (change: object) =>
		sh(`kubectl -n kube-system patch deployment coredns --dry-run=server -p "$(cat)"`, JSON.stringify(change));
	const template = (spec: object) => dns({ spec: { template: { spec } } });
	const container = (rest: object) => template({ containers: [{ name: "coredns", ...rest }] });
	const role = (name: string, rules: object[]) => ({
		apiVersion: "rbac.authorization.k8s.io/v1",
		kind: "ClusterRole",
		metadata: { name },
		rules,
	});

	describe("the learner who mends cluster DNS", () => {
		beforeAll(async () => {
			const access = { namespaces: ["shop"], clusterRules: [], clusterDns: true, ingressController: true, hostPorts: [8080] };
			await lab().grant(access, {}, new AbortController().signal);
			const granted = async () => ((await sh("kubectl -n kube-system get deployments")).exitCode === 0 ? undefined : "no right yet");
			// The authoriser takes a new binding up within a second.
			await waitUntil(granted, { clock: systemClock, signal: new AbortController().signal, timeoutMs: 60_000, what: "The learner's role" });
		}, 240_000);

		test("edits, scales, restarts, deletes and makes CoreDNS again from its own manifest", async () => {
			const before = await sh("kubectl -n kube-system get deployment,service,configmap -l k8s-app=kube-dns -o name");
			expect(before.stdout).toContain("deployment.apps/coredns");
			const done = await sh(
				[
					"set -e",
					"cd $(mktemp -d); alias k='kubectl -n kube-system'; shopt -s expand_aliases",
					"k get deployment coredns -o yaml > d.yaml; k get service kube-dns -o yaml > s.yaml; k get configmap coredns -o yaml > c.yaml",
					"k scale deployment coredns --replicas=2; k rollout restart deployment coredns",
					// A pod on its way out may be gone between the look and the deletion.
					"k delete pod -l k8s-app=kube-dns --wait=false --ignore-not-found",
					"k delete --cascade=foreground -f d.yaml -f s.yaml -f c.yaml",
					"k create -f c.yaml -f s.yaml -f d.yaml",
					"k rollout status deployment coredns --timeout=180s",
					"k logs deployment/coredns --tail=1 >/dev/null; k get events,endpointslices,replicasets,pods >/dev/null",
				].join("\n"),
			);
			expect(done.exitCode, done.stderr).toBe(0);
		});

		test("runs a second DNS server of its own beside it, and puts a policy before it", async () => {
			const made = await sh(
				"kubectl -n kube-system create configmap dns-2 --from-literal=Corefile=. --dry-run=server && kubectl -n kube-system create deployment dns-2 --image=busybox --dry-run=server",
			);
			expect(made.exitCode, made.stderr).toBe(0);
		});

		test.each([
			["privileged", () => container({ securityContext: { privileged: true, allowPrivilegeEscalation: true } })],
			["SYS_ADMIN", () => container({ securityContext: { capabilities: { add: ["SYS_ADMIN"] } } })],
			["a port of the host", () => container({ ports: [{ name: "x", containerPort: 99, hostPort: 8080 }] })],
			["the host's network", () => template({ hostNetwork: true })],
			["the host's processes", () => template({ hostPID: true })],
			["a folder of the host", () => template({ volumes: [{ name: "host", hostPath: { path: "/" } }] })],
			["a secret as a volume", () => template({ volumes: [{ name: "s", secret: { secretName: "any" } }] })],
			["a secret in a projection", () => template({ volumes: [{ name: "s", projected: { sources: [{ secret: { name: "any" } }] } }] })],
			["a secret in the environment", () => container({ envFrom: [{ secretRef: { name: "any" } }] })],
			["a key of a secret", () => container({ env: [{ name: "K", valueFrom: { secretKeyRef: { name: "any", key: "k" } } }] })],
			["a claim", () => template({ volumes: [{ name: "s", persistentVolumeClaim: { claimName: "any" } }] })],
			["a powerful account", () => template({ serviceAccountName: "clusterrole-aggregation-controller" })],
			["the network agent's account", () => template({ serviceAccountName: "network-agent" })],
			["an account by the old field", () => template({ serviceAccountName: null, serviceAccount: "kube-proxy" })],
		])("gives CoreDNS no template with %s", async (_, attempt) => {
			expect((await attempt()).stderr).toContain("denied request");
		});

		test.each([
			["secrets of kube-system", "kubectl -n kube-system create secret generic x"],
			["a token of an account", "kubectl -n kube-system create token clusterrole-aggregation-controller"],
			["a way into a pod", "kubectl -n kube-system exec deployment/coredns -- true"],
			["a forward to a pod", "timeout 20 kubectl -n kube-system port-forward deployment/coredns 9153"],
			[
				"an ephemeral container",
				"kubectl -n kube-system debug $(kubectl -n kube-system get pods -l k8s-app=kube-dns -o name | head -1) --image=busybox -- true",
			],
			["a pod of its own", "kubectl -n kube-system run x --image=busybox"],
			["a DaemonSet", "kubectl -n kube-system set image daemonset/kube-proxy kube-proxy=busybox"],
			["an eviction", "kubectl -n kube-system create --raw /api/v1/namespaces/kube-system/pods/x/eviction -f /dev/null"],
			["another's identity", "kubectl get pods --as=x --as-group=system:masters"],
			["all at once", "kubectl -n kube-system delete --raw /api/v1/namespaces/kube-system/configmaps"],
			["a role in kube-system", "kubectl -n kube-system create rolebinding x --clusterrole=admin --user=learner"],
			["a webhook", "kubectl get mutatingwebhookconfigurations"],
			["a policy", "kubectl delete validatingadmissionpolicy faultline-platform-objects"],
			["a signing request", "kubectl get csr"],
		])("has no right to %s", async (_, command) => {
			const { stderr, stdout } = await sh(command);
			expect(stderr + stdout).toMatch(/forbidden/i);
		});

		test.each([
			["pod/etcd-", "delete pod -l component=etcd"],
			["pod/kube-apiserver-", "label pod -l component=kube-apiserver a=b"],
			["kube-proxy's pod", "delete pod -l k8s-app=kube-proxy"],
			[
				"kube-proxy's image",
				`patch $(kubectl -n kube-system get pods -l k8s-app=kube-proxy -o name) -p '{"spec":{"containers":[{"name":"kube-proxy","image":"busybox"}]}}'`,
			],
			["kube-proxy's settings", `patch configmap kube-proxy -p '{"data":{"config.conf":"x"}}'`],
			["the network agent's settings", "delete configmap network-agent"],
			["kubeadm's settings", "delete configmap kubeadm-config"],
			["trust", "delete configmap extension-apiserver-authentication"],
		])("changes nothing of the platform's: %s", async (_, command) => {
			const { stderr } = await sh(`kubectl -n kube-system ${command}`);
			expect(stderr).toContain("denied request");
		});

		test("finds no token with which a node could join", async () => {
			const token = await sh("kubectl -n kube-system get secrets -o jsonpath='{..type}'");
			expect(token).toMatchObject({ exitCode: 0, stdout: "" });
			const server = "$(kubectl config view --raw -o jsonpath='{..server}')";
			// kind's own, in the sources of every release.
			const asked = await sh(
				`curl -sk -H 'Authorization: Bearer abcdef.0123456789abcdef' ${server}/apis/certificates.k8s.io/v1/certificatesigningrequests`,
			);
			expect(JSON.parse(asked.stdout).code).toBe(401);
		});
	});

	describe("the learner who installs an ingress controller", () => {
		test("makes and binds the role that a controller needs, its class, and its own account and role", async () => {
			const rules = [
				{
					apiGroups: [""],
					resources: ["services", "secrets", "nodes", "namespaces", "configmaps", "endpoints", "pods"],
					verbs: ["get", "list", "watch"],
				},
				{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
				{ apiGroups: ["extensions", "networking.k8s.io"], resources: ["ingresses", "ingressclasses"], verbs: ["get", "list", "watch"] },
				{ apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: ["update"] },
				{
					apiGroups: ["gateway.networking.k8s.io"],
					resources: ["gateways", "httproutes", "gatewayclasses"],
					verbs: ["get", "list", "watch"],
				},
				{
					apiGroups: ["gateway.networking.k8s.io"],
					resources: ["gateways/status", "httproutes/status", "gatewayclasses/status"],
					verbs: ["update"],
				},
				{ apiGroups: ["traefik.io"], resources: ["ingressroutes", "middlewares", "serverstransports"], verbs: ["get", "list", "watch"] },
				{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
			];
			expect((await sh("kubectl apply -f -", JSON.stringify(role("controller", rules)))).stderr).toBe("");
			const rest = await sh(
				[
					"set -e",
					"kubectl create serviceaccount controller",
					"kubectl create clusterrolebinding controller --clusterrole=controller --serviceaccount=shop:controller",
					"kubectl create role controller --verb=get,update --resource=configmaps && kubectl create rolebinding controller --role=controller --serviceaccount=shop:controller",
					"kubectl auth can-i list secrets -A --as=system:serviceaccount:shop:controller >/dev/null || true",
					"kubectl delete rolebinding,role,serviceaccount controller; kubectl delete clusterrolebinding,clusterrole controller",
				].join("\n"),
			);
			expect(rest.exitCode, rest.stderr).toBe(0);
			const made = await create({
				apiVersion: "networking.k8s.io/v1",
				kind: "IngressClass",
				metadata: { name: "edge" },
				spec: { controller: "x.io/y" },
			});
			expect(made.exitCode, made.stderr).toBe(0);
		});

		test("takes the node's ports that the scenario names, and no others", async () => {
			const pod = (hostPort: number) => ({
				...{ apiVersion: "v1", kind: "Pod", metadata: { name: "edge", namespace: "shop" } },
				spec: { containers: [{ name: "a", image: "busybox", ports: [{ containerPort: 80, hostPort }] }] },
			});
			await expect.poll(async () => (await create(pod(8080))).stderr, { timeout: 60_000 }).toBe("");
			expect((await create(pod(6443))).stderr).toContain("denied request");
			expect((await create({ ...pod(8080), metadata: { name: "edge", namespace: "default" } })).stderr).toMatch(/forbidden/i);
		});

		test.each([
			["everything", [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]],
			["the right to bind", [{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["bind"] }]],
			["the right to escalate", [{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["escalate"] }]],
			["secrets to write", [{ apiGroups: [""], resources: ["secrets"], verbs: ["update"] }]],
			["nodes' proxies", [{ apiGroups: [""], resources: ["nodes/proxy"], verbs: ["get"] }]],
			["tokens", [{ apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] }]],
			["impersonation", [{ apiGroups: [""], resources: ["users", "groups"], verbs: ["impersonate"] }]],
			["exec everywhere", [{ apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] }]],
		])("makes no role with %s", async (_, rules) => {
			expect((await create(role("up", rules))).stderr).toContain("attempting to grant RBAC permissions not currently held");
		});

		test.each([
			["cluster-admin to itself", "create clusterrolebinding up --clusterrole=cluster-admin --user=learner"],
			["admin of its namespace to itself", "create rolebinding up --clusterrole=admin --user=learner"],
			[
				"a controller's role to an account",
				"create clusterrolebinding up --clusterrole=system:controller:clusterrole-aggregation-controller --serviceaccount=shop:default",
			],
			["rights of a node", "create clusterrolebinding up --clusterrole=system:node --user=learner"],
			[
				"cluster-admin by a subject more",
				`patch clusterrolebinding cluster-admin --type=json -p '[{"op":"add","path":"/subjects/-","value":{"kind":"User","name":"learner"}}]'`,
			],
		])("binds no %s", async (_, command) => {
			expect((await sh(`kubectl ${command}`)).stderr).toMatch(/not currently held|denied request/);
		});

		test.each([
			"clusterrole cluster-admin",
			"clusterrole system:node",
			"clusterrolebinding kubeadm:cluster-admins",
			"clusterrolebinding faultline-learner-cluster",
			"rolebinding -n shop faultline-learner",
		])("can't take %s away", async (object) => {
			expect((await sh(`kubectl delete ${object}`)).stderr).toContain("denied request");
		});

		test("can't collect rights by aggregation, nor stop a node's heartbeat", async () => {
			const all = {
				...role("up", []),
				aggregationRule: { clusterRoleSelectors: [{ matchLabels: { "kubernetes.io/bootstrapping": "rbac-defaults" } }] },
			};
			expect((await create(all)).stderr).toMatch(/forbidden/i);
			expect((await sh("kubectl -n kube-node-lease delete lease --all")).stderr).toContain("denied request");
		});

		test("hands no more on to an account of its own than it may itself", async () => {
			const made = await sh(
				[
					"set -e",
					"kubectl create serviceaccount helper",
					"kubectl create clusterrole helper --verb=get,list,create,update,delete --resource=leases,clusterroles,clusterrolebindings",
					"kubectl create clusterrolebinding helper --clusterrole=helper --serviceaccount=shop:helper",
					"server=$(kubectl config view --raw -o jsonpath='{..server}'); token=$(kubectl create token helper)",
					'as() { env KUBECONFIG=/dev/null kubectl --server=$server --insecure-skip-tls-verify --token=$token "$@" 2>&1 || true; }',
					// The authoriser takes a new binding up within a second.
					"until as auth can-i delete clusterrolebindings | grep -qx yes; do sleep 0.2; done",
					"as delete clusterrolebinding kubeadm:cluster-admins",
					"as -n kube-node-lease delete lease --all",
					"as create clusterrolebinding up --clusterrole=cluster-admin --serviceaccount=shop:helper",
					"kubectl delete clusterrolebinding,clusterrole helper >/dev/null; kubectl delete serviceaccount helper >/dev/null",
				].join("\n"),
			);
			expect(made.exitCode, made.stderr).toBe(0);
			expect(made.stdout.match(/denied request/g)).toHaveLength(2);
			expect(made.stdout).toContain("not currently held");
		});
	});
}
