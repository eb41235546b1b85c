import { expect, test } from "vitest";
import type { ClusterView } from "./cluster-view.ts";
import { pendingEffects, takesEffectUntil } from "./recent-change.ts";
import type { Served } from "./served.ts";
import { shopView, slice } from "./test-support/shop-view.ts";

const now = Date.parse("2030-01-01T12:00:00Z");
const ago = (seconds: number) => new Date(now - seconds * 1000);
const served: Served[] = [{ kind: "Deployment", namespace: "shop", name: "catalog" }];
const pendingIn = (view: ClusterView) => pendingEffects({ view, served, since: now, now });
const withService = (metadata: object) => shopView((view) => void Object.assign(view.services[0]?.metadata ?? {}, metadata));

test("a lab that nobody has touched waits for nothing but what leaves no trace", () => {
	expect(pendingIn(shopView())).toEqual([]);
	expect(takesEffectUntil([], now)).toBe(now + 3000);
});

test("a Service that was just changed is given time; one that was made long ago is not", () => {
	expect(pendingIn(withService({ managedFields: [{ time: ago(4) }] }))).toEqual([
		{ what: "the nodes to take up Service catalog", until: now + 6000 },
	]);
	expect(pendingIn(withService({ creationTimestamp: ago(60) }))).toEqual([]);
});

type Change = NonNullable<Parameters<typeof shopView>[0]>;
const made = (name: string) => ({ name, namespace: "shop", creationTimestamp: ago(1) });
test.each<[string, Change, string, number]>([
	[
		"endpoints",
		(view) => void view.endpointSlices.push({ ...slice("catalog", []), metadata: made("e") }),
		"the nodes to take up EndpointSlice e",
		9000,
	],
	["a pod", (view) => void view.pods.push({ metadata: made("p") }), "the nodes to take up pod p", 9000],
	["a policy", (view) => void view.networkPolicies.push({ metadata: made("n") }), "the nodes to take up NetworkPolicy n", 4000],
	["a namespace's labels", (view) => void view.namespaces.push({ metadata: made("s") }), "the nodes to take up Namespace s", 4000],
	["an Ingress", (view) => void view.ingresses.push({ metadata: made("i") }), "the ingress controller to take up Ingress i", 9000],
])("%s changed a second ago may still be on its way, for so long", (_, change, what, leftMs) => {
	expect(pendingIn(shopView(change))).toEqual([{ what, until: now + leftMs }]);
	const later = pendingEffects({ view: shopView(change), served, since: now, now: now + leftMs });
	expect(later).toEqual([]);
});

test("a pod that is leaving is no change to come", () => {
	const leaving = { ...made("p"), deletionTimestamp: ago(0) };
	expect(pendingIn(shopView((view) => void view.pods.push({ metadata: leaving })))).toEqual([]);
});

test("the longest wait is told first", () => {
	const view = shopView((it) => {
		it.networkPolicies.push({ metadata: made("n") });
		it.ingresses.push({ metadata: made("i") });
	});
	expect(pendingIn(view).map(({ until }) => until - now)).toEqual([9000, 4000]);
});

test("a status that a controller has written is no change", () => {
	expect(pendingIn(withService({ managedFields: [{ time: ago(1), subresource: "status" }] }))).toEqual([]);
});

test("a change that claims to be of the future is waited for no longer than one of now", () => {
	const view = withService({ managedFields: [{ time: ago(-86_400) }] });
	expect(takesEffectUntil(pendingIn(view), now)).toBe(now + 10_000);
	const later = pendingEffects({ view, served, since: now, now: now + 9000 });
	expect(takesEffectUntil(later, now), "however long it has been waited for").toBe(now + 10_000);
});

test("a rollout under way is waited for, with its count", () => {
	const rolling = shopView((view) => void Object.assign(view.deployments[1]?.status ?? {}, { updatedReplicas: 1 }));
	expect(pendingIn(rolling)).toEqual([{ what: "Deployment catalog has 2 of 2 pods ready", until: now + 20_000 }]);
});

function withCorefile(corefile: string, changedAgo: number, startedAgo: number, rest: object = {}): ClusterView {
	return shopView((view) => {
		const metadata = { name: "coredns", namespace: "kube-system", managedFields: [{ time: ago(changedAgo) }] };
		view.configMaps.push({ metadata, data: { Corefile: corefile } });
		view.pods.push({
			metadata: { name: "coredns-1", namespace: "kube-system" },
			spec: { containers: [], volumes: [{ name: "config", configMap: { name: "coredns" } }] },
			status: { containerStatuses: [{ state: { running: { startedAt: ago(startedAgo) } } }] as never },
		});
		Object.assign(view.services[0]?.metadata ?? {}, rest);
	});
}

test("a Corefile is waited for until CoreDNS has read it: at once where it was restarted", () => {
	expect(pendingIn(withCorefile("", 60, 600))).toEqual([{ what: "CoreDNS to read its new Corefile", until: now + 75_000 }]);
	expect(pendingIn(withCorefile("", 60, 30))).toEqual([]);
});

test("a ConfigMap is given time to be taken up, unless it is one that is only published", () => {
	const withMap = (namespace: string) =>
		shopView((view) => void view.configMaps.push({ metadata: { name: "m", namespace, creationTimestamp: ago(4) } }));
	expect(pendingIn(withMap("shop"))).toEqual([{ what: "its readers to take up ConfigMap m", until: now + 6000 }]);
	expect(pendingIn(withMap("kube-public"))).toEqual([]);
});

test("a note in the annotations of a mounted ConfigMap changes no file", () => {
	const withWrite = (fieldsV1: object) => {
		const view = withCorefile("", 600, 300);
		const write = { time: ago(60), fieldsV1 };
		for (const { metadata } of view.configMaps) metadata?.managedFields?.push(write);
		return view;
	};
	const note = { "f:metadata": { "f:annotations": { "f:kubectl.kubernetes.io/last-applied-configuration": {} } } };
	expect(pendingIn(withWrite(note))).toEqual([]);
	expect(pendingIn(withWrite({ ...note, "f:data": { "f:Corefile": {} } }))).toHaveLength(1);
});

test("old answers for a new Service are waited for only where CoreDNS caches them", () => {
	const made = { creationTimestamp: ago(20) };
	expect(pendingIn(withCorefile("\tcache 30\n", 900, 800, made))).toEqual([
		{ what: "old answers for catalog to leave the DNS cache", until: now + 15_000 },
	]);
	const kubeadms = "\tcache 30 {\n\t\tdisable success cluster.local\n\t\tdisable denial cluster.local\n\t}\n";
	expect(pendingIn(withCorefile(kubeadms, 900, 800, made))).toEqual([]);
});
