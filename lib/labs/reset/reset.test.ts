import { expect, test } from "vitest";
import { type Census, differences, type FoundObject } from "./census.ts";
import { type NodeCensus, parseNode } from "./census-node.ts";
import type { AnyObject } from "./comparable.ts";
import { nodeCommands } from "./restore-node.ts";
import { planObjects } from "./restore-objects.ts";
import { withoutHistory } from "./revisions.ts";

const emptyNode: NodeCensus = {
	...{ nft: [], iptables: [], routes: [], links: [], sysctls: [], files: [], images: [], addresses: [], processes: [] },
};

function found(kind: string, name: string, rest: Partial<AnyObject> = {}): FoundObject {
	const type = { apiVersion: "v1", kind, resource: `${kind.toLowerCase()}s`, namespaced: true, verbs: ["list", "delete"] };
	const metadata = { name, namespace: "shop", uid: `${name}-${Math.random()}`, resourceVersion: String(Math.random()), ...rest.metadata };
	return { type, object: { apiVersion: "v1", kind, ...rest, metadata } };
}

const census = (objects: FoundObject[], node: Partial<NodeCensus> = {}): Census => ({
	objects,
	nodes: { one: { ...emptyNode, ...node } },
	workstation: { files: [], processes: [] },
});
const said = (was: Census, is: Census) => differences(was, is).map(({ where, what }) => `${where}: ${what}`);

const ofSet = (name: string) => ({
	metadata: {
		name,
		namespace: "shop",
		ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "u", controller: true }],
	},
	spec: { containers: [{ image: "shop:1" }] },
	status: { conditions: [{ type: "Ready", status: "True" }] },
});

test("uids, versions and the names that controllers draw are no difference", () => {
	const was = census([found("Service", "web", { spec: { type: "ClusterIP" } }), found("Pod", "web-1-abcde", ofSet("web-1-abcde"))]);
	const is = census([found("Pod", "web-1-fghij", ofSet("web-1-fghij")), found("Service", "web", { spec: { type: "ClusterIP" } })]);
	expect(said(was, is)).toEqual([]);
});

test("what is too much, gone, changed or on its way out is a difference", () => {
	const was = census([found("Service", "web", { spec: { type: "ClusterIP" } }), found("ConfigMap", "a"), found("Pod", "x", ofSet("x"))]);
	const is = census([
		found("Service", "web", { spec: { type: "NodePort" } }),
		found("Secret", "b"),
		found("Pod", "y", ofSet("y")),
		found("Pod", "z", ofSet("z")),
	]);
	expect(said(was, is)).toEqual([
		"object: ConfigMap shop/a is gone",
		"object: Pod shop/* of ReplicaSet web-1 #2 should not be there",
		"object: Secret shop/b should not be there",
		"object: Service shop/web differs in spec.type",
	]);
	const leaving = census([found("ConfigMap", "a", { metadata: { name: "a", namespace: "shop", deletionTimestamp: new Date(0) } })]);
	expect(said(census([found("ConfigMap", "a")]), leaving)).toEqual(["object: ConfigMap shop/a differs in leaving"]);
});

test("what controllers keep of earlier rollouts is not recorded", () => {
	const owned = (kind: string, name: string, owner: string, rest: object) =>
		found(kind, name, {
			...rest,
			metadata: { name, ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: owner, uid: owner, controller: true }] },
		});
	const set = (name: string, owner: string, replicas: number) => owned("ReplicaSet", name, owner, { spec: { replicas } });
	const objects = [
		...[set("web-1", "web", 0), set("web-2", "web", 2), set("idle-1", "idle", 0), found("ReplicaSet", "own", { spec: { replicas: 0 } })],
		...[1, 2].map((revision) => owned("ControllerRevision", `agent-${revision}`, "agent", { revision })),
	];
	expect(withoutHistory(objects).map(({ object }) => object.metadata?.name)).toEqual(["web-2", "idle-1", "own", "agent-2"]);
});

test("a label put on a controller's pod by hand is a difference, and the pod is made anew", () => {
	const labelled = (labels: Record<string, string>) => ({ ...ofSet("x"), metadata: { ...ofSet("x").metadata, labels } });
	const record = [found("Pod", "x", labelled({ app: "web", "pod-template-hash": "1" }))];
	const rolled = [found("Pod", "y", labelled({ app: "web", "pod-template-hash": "2" }))];
	const byHand = [found("Pod", "x", labelled({ app: "web", "pod-template-hash": "1", tier: "backend" }))];
	expect(said(census(record), census(rolled))).toEqual([]);
	expect(said(census(record), census(byHand))).toEqual(["object: Pod shop/* of ReplicaSet web-1 differs in labels.tier"]);
	expect(planObjects(record, byHand).remove.map(({ object }) => object.metadata?.labels?.tier)).toEqual(["backend"]);
});

test("how often a line is there counts", () => {
	expect(said(census([], { processes: ["other sleep"] }), census([], { processes: ["other sleep", "other sleep"] }))).toEqual([
		"node one processes: has more: other sleep",
	]);
});

test("a plan leaves to controllers what they make, and removes what somebody changed of it", () => {
	const record = [found("Pod", "x", ofSet("x")), found("ConfigMap", "a", { data: { k: "1" } }), found("Service", "web")];
	const changed = { ...ofSet("z"), spec: { containers: [{ image: "evil:1" }] } };
	const now = [
		found("Pod", "y", ofSet("y")),
		found("Pod", "z", changed),
		found("ConfigMap", "a", { data: { k: "2" } }),
		found("Secret", "b"),
	];
	const plan = planObjects(record, now);
	const names = (list: FoundObject[]) => list.map(({ object }) => object.metadata?.name);
	expect([names(plan.remove), names(plan.replace), names(plan.create)]).toEqual([["z", "b"], ["a"], ["web"]]);
});

test("a node's state is read without what belongs to pods", () => {
	const rule = {
		rule: {
			family: "ip",
			table: "kube-proxy",
			chain: "endpoint-ABCDEFGH-shop/web/tcp/http__10.244.0.9/80",
			handle: 7,
			expr: [{ counter: { packets: 3, bytes: 4 } }],
		},
	};
	const late = { rule: { table: "kube-proxy", chain: "cluster-ips-check", comment: "Drop traffic to unallocated ClusterIPs", expr: [] } };
	const portmap = { chain: { family: "ip", table: "nat", name: "CNI-HOSTPORT-DNAT", handle: 9 } };
	const text = `=== nft
${JSON.stringify({ nftables: [{ metainfo: {} }, portmap, rule, late] })}
=== iptables
iptables nat -A POSTROUTING -s 10.244.3.4/32 -j MASQUERADE
=== routes
-4 route default via 10.0.0.1 dev eth0
=== links
=== sysctls
/proc/sys/net/core/somaxconn:4096
=== files
=== images
a:1
=== addresses
=== processes
pod 11-22 shop
pod 33-44 sleep
system kubelet
system kubelet
other sleep
`;
	const node = parseNode(text, new Map([["11-22", "ReplicaSet shop/web-1"]]));
	expect(node.nft).toEqual([
		'kube-proxy rule {"chain":"endpoint-shop/web/tcp/http__POD/80","expr":[{"counter":{}}],"family":"ip","table":"kube-proxy"}',
	]);
	expect(node.iptables).toEqual(["iptables nat -A POSTROUTING -s POD -j MASQUERADE"]);
	expect(node.processes).toEqual(["other sleep", "pod of ReplicaSet shop/web-1: shop", "pod of nobody: sleep", "system kubelet"]);
});

test("a node is restored by removing what is too much and putting values back", () => {
	const now: NodeCensus = {
		...emptyNode,
		iptables: ["iptables filter -A FORWARD -p udp -j DROP", "iptables filter :MINE -"],
		nft: ['evil table {"family":"inet","name":"evil"}', 'filter table {"family":"ip","name":"filter"}'],
		routes: ["-4 route blackhole 10.96.7.0/24", "-4 rule 32765:\tfrom 10.9.9.9 lookup 77"],
		sysctls: ["/proc/sys/net/ipv4/ip_forward:0"],
		images: ["a:1", "it's:1"],
	};
	const record = {
		...emptyNode,
		sysctls: ["/proc/sys/net/ipv4/ip_forward:1"],
		images: ["a:1"],
		routes: ["-4 route default via 10.0.0.1 dev eth0"],
	};
	expect(nodeCommands(record, now)).toEqual([
		"iptables -t filter -D FORWARD -p udp -j DROP",
		"iptables -t filter -F 'MINE'",
		"iptables -t filter -X 'MINE'",
		"nft delete table inet evil",
		"ip -4 route del 'blackhole' '10.96.7.0/24'",
		"ip -4 rule del 'from' '10.9.9.9' 'lookup' '77' priority '32765'",
		"ip -4 route add 'default' 'via' '10.0.0.1' 'dev' 'eth0'",
		"printf '%s\\n' '1' > '/proc/sys/net/ipv4/ip_forward'",
		"ctr -n k8s.io images rm --sync 'it'\\''s:1'",
	]);
});
