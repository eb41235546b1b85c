import type { V1LabelSelector, V1NetworkPolicy, V1NetworkPolicyPeer, V1NetworkPolicyPort } from "@kubernetes/client-node";
import fc from "fast-check";
import { expect, test } from "vitest";
import { emptyView } from "../cluster-view.ts";
import { allowancesOf, type Protocol } from "./allowances.ts";
import { type EnvelopePeer, envelopeItems } from "./envelope.ts";
import { exceeds } from "./excess.ts";
import { type Labels, nameLabel, notTaken } from "./label-selector.ts";
import { addressRange, without } from "./ranges.ts";
import { surroundings } from "./surroundings.ts";

// An oracle that knows nothing of symbols: it makes every pod of a tiny alphabet and asks each policy about each port.
const absentOr = (...values: string[]) => [undefined, ...values];
const labelSets = (keys: string[], values: string[]): Labels[] =>
	keys.reduce<Record<string, string>[]>(
		(sets, key) => sets.flatMap((set) => absentOr(...values).map((value) => (value ? { ...set, [key]: value } : set))),
		[{}],
	);
const everyLabels = labelSets(["app", "tier"], ["1", "2", "else"]);
const everyPort: [Protocol, number][] = [
	["TCP", 53],
	["TCP", 54],
	["TCP", 80],
	["UDP", 53],
	["UDP", 54],
	["UDP", 80],
	["SCTP", 9],
];

interface Workload {
	name: string;
	namespace: string;
	labels: Labels;
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const selectorOver = (keys: string[], values: string[]): fc.Arbitrary<V1LabelSelector> =>
	fc.record(
		{
			matchLabels: fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(...values), { maxKeys: 2 }),
			matchExpressions: fc.array(
				fc.record({
					key: fc.constantFrom(...keys),
					operator: fc.constantFrom("In", "NotIn", "Exists", "DoesNotExist"),
					values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }),
				}),
				{ maxLength: 2 },
			),
		},
		{ requiredKeys: [] },
	);
const podSelector = selectorOver(["app", "tier"], ["1", "2"]);
const namespaceSelector = fc.oneof(
	selectorOver(["team"], ["1", "2"]),
	selectorOver([nameLabel, "team"], ["x", "y"]),
	fc.constantFrom("x", "y").map((name) => ({ matchLabels: { [nameLabel]: name } })),
);
const port = fc.oneof(
	fc.record({ protocol: maybe(fc.constantFrom("TCP", "UDP")), port: fc.constantFrom<number | string>(53, 80, "web") }),
	fc.record({ protocol: fc.constantFrom("TCP", "UDP") }),
	fc.constant({ protocol: "TCP", port: 53, endPort: 54 }),
);
const peer = fc.oneof(
	fc.record({ podSelector }),
	fc.record({ namespaceSelector }),
	fc.record({ podSelector, namespaceSelector }),
) as fc.Arbitrary<V1NetworkPolicyPeer>;
const rule = fc.record({ to: maybe(fc.array(peer, { maxLength: 2 })), ports: maybe(fc.array(port, { maxLength: 2 })) });
const labels = fc.dictionary(fc.constantFrom("app", "tier"), fc.constantFrom("1", "2"), { maxKeys: 2 });
const workloads = fc.array(fc.record({ namespace: fc.constantFrom("x", "y"), labels }), { minLength: 1, maxLength: 4 });
const envelope = fc.array(
	fc.record({
		peer: fc.oneof(
			fc.record({ deployment: fc.constantFrom("w0", "w1", "w2"), namespace: fc.constantFrom("x", "y") }),
			fc.record({ pods: labels, namespace: fc.constantFrom("x", "y", "*") }),
			fc.record({ namespace: fc.constantFrom("x", "y") }),
		),
		ports: maybe(fc.uniqueArray(fc.constantFrom("TCP/53", "UDP/53", "TCP/80"), { minLength: 1, maxLength: 2 })),
	}),
	{ maxLength: 3 },
) as fc.Arbitrary<{ peer: EnvelopePeer; ports?: string[] }[]>;
const teams = fc.record({ x: maybe(fc.constantFrom("1", "2")), y: maybe(fc.constantFrom("1", "2")) });

function takes({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector, of: Labels): boolean {
	const holds = (key: string, operator: string, values: string[] = []) => {
		const value = of[key];
		if (operator === "Exists") return value !== undefined;
		if (operator === "DoesNotExist") return value === undefined;
		return operator === "In" ? value !== undefined && values.includes(value) : value === undefined || !values.includes(value);
	};
	return (
		Object.entries(matchLabels).every(([key, value]) => of[key] === value) &&
		matchExpressions.every(({ key, operator, values }) => holds(key, operator, values))
	);
}

function subsets(of: Labels): Labels[] {
	return Object.entries(of).reduce<Record<string, string>[]>(
		(sets, [key, value]) => sets.flatMap((set) => [set, { ...set, [key]: value }]),
		[{}],
	);
}
const within = (part: Labels, whole: Labels) => Object.entries(part).every(([key, value]) => whole[key] === value);

/** Some labels that a thing shares with one that is meant and that no other carries. */
function singledOut(own: Labels, meant: readonly Labels[], others: readonly Labels[]): boolean {
	return subsets(own).some(
		(part) => Object.keys(part).length > 0 && meant.some((one) => within(part, one)) && !others.some((other) => within(part, other)),
	);
}

test("finds an allowance too wide exactly where a pod that could exist is let through and not meant", () => {
	fc.assert(
		fc.property(workloads, fc.array(rule, { minLength: 1, maxLength: 2 }), envelope, teams, (made, rules, most, team) => {
			const all: Workload[] = made.map((one, index) => ({ ...one, name: `w${index}` }));
			const namespaceLabels: Record<string, Labels> = Object.fromEntries(
				(["x", "y"] as const).map((name) => [name, { [nameLabel]: name, ...(team[name] ? { team: team[name] } : {}) }]),
			);
			const policy = { metadata: { name: "p", namespace: "x" }, spec: { podSelector: {}, policyTypes: ["Egress"], egress: rules } };
			const view = {
				...emptyView,
				namespaces: Object.entries(namespaceLabels).map(([name, own]) => ({ metadata: { name, labels: own } })),
				deployments: all.map(({ name, namespace, labels }) => ({
					metadata: { name, namespace },
					spec: {
						selector: {},
						template: { metadata: { labels }, spec: { containers: [{ name, ports: [{ name: "web", containerPort: 80 }] }] } },
					},
				})),
			};
			const around = surroundings({ view, before: undefined, baseline: [], namespace: "x" }, ["x", "y"]);
			const items = envelopeItems(most, "x");
			const symbolic = allowancesOf(policy as V1NetworkPolicy, "egress").some((allowance) =>
				exceeds({ allowance, direction: "egress", items, ownPorts: [], around }),
			);

			const possible = [
				...["x", "y"].map((name) => ({ name, own: namespaceLabels[name] ?? {} })),
				...labelSets(["team"], ["1", "2", "x", "y", "else"]).map((own) => ({ name: undefined, own: { ...own, [nameLabel]: "new" } })),
			];
			const brute = possible.some(({ name, own }) =>
				everyLabels.some((pod) => everyPort.some((one) => lets(rules, name, own, pod, one) && !isMeant(name, own, pod, one))),
			);
			// No envelope here speaks of addresses: whoever lies outside is never meant.
			const outside = everyPort.some((one) =>
				lets(
					rules.filter(({ to }) => !to?.length),
					undefined,
					{},
					{},
					one,
				),
			);
			expect(symbolic).toBe(brute || outside);

			function lets(
				list: typeof rules,
				name: string | undefined,
				own: Labels,
				pod: Labels,
				[protocol, number]: [Protocol, number],
			): boolean {
				const peerTakes = ({ podSelector: pods, namespaceSelector: spaces }: V1NetworkPolicyPeer) =>
					(spaces ? takes(spaces, own) : name === "x") && takes(pods ?? {}, pod);
				// The pods of now that a rule reaches decide what a port's name means.
				const named =
					({ to }: (typeof rules)[number]) =>
					(one: V1NetworkPolicyPeer | undefined) =>
						all.some((workload) => {
							const spaces = one?.namespaceSelector;
							const here = spaces ? takes(spaces, namespaceLabels[workload.namespace] ?? {}) : workload.namespace === "x";
							return !to?.length || (one && here && takes(one.podSelector ?? {}, workload.labels));
						});
				const portTakes = (wanted: V1NetworkPolicyPort, known: boolean) =>
					(wanted.protocol ?? "TCP") === protocol &&
					(wanted.port === undefined ||
						(wanted.port === "web"
							? known && protocol === "TCP" && number === 80
							: number >= Number(wanted.port) && number <= (wanted.endPort ?? Number(wanted.port))));
				return list.some((entry) => {
					const peers: (V1NetworkPolicyPeer | undefined)[] = entry.to?.length ? entry.to : [undefined];
					return peers.some(
						(one) =>
							(!one || peerTakes(one)) &&
							(!entry.ports?.length || entry.ports.some((wanted) => portTakes(wanted as V1NetworkPolicyPort, named(entry)(one)))),
					);
				});
			}

			function isMeant(name: string | undefined, own: Labels, pod: Labels, [protocol, number]: [Protocol, number]): boolean {
				const group = most.filter(({ ports }) => !ports || ports.includes(`${protocol}/${number}`)).map((entry) => entry.peer);
				const spaceOf = (one: EnvelopePeer) => ("namespace" in one ? one.namespace : "x");
				if (group.some((one) => "pods" in one && one.namespace === "*" && within(one.pods, pod))) return true;
				const spaces = ["x", "y"].filter((space) => group.some((one) => spaceOf(one) === space));
				const others = ["x", "y"].filter((space) => !spaces.includes(space)).map((space) => namespaceLabels[space] ?? {});
				const like = name ? [name] : spaces.filter((space) => singledOut(own, [namespaceLabels[space] ?? {}], others));
				return like.some((space) => {
					const here = group.filter((one) => spaceOf(one) === space);
					if (here.some((one) => !("pods" in one) && !("deployment" in one))) return true;
					if (here.some((one) => "pods" in one && within(one.pods, pod))) return true;
					const named = (workload: Workload) =>
						workload.namespace === space &&
						here.some((one) =>
							"deployment" in one ? one.deployment === workload.name : "pods" in one && within(one.pods, workload.labels),
						);
					const rest = all.filter((workload) => workload.namespace === space && !named(workload));
					return singledOut(
						pod,
						all.filter(named).map((one) => one.labels),
						rest.map((one) => one.labels),
					);
				});
			}
		}),
		{ numRuns: 3000 },
	);
});

test("finds pods that no selector takes exactly where there are some", () => {
	fc.assert(
		fc.property(fc.array(podSelector, { maxLength: 4 }), labels, (selectors, given) => {
			const brute = everyLabels.some((pod) => within(given, pod) && !selectors.some((selector) => takes(selector, pod)));
			const found = notTaken(selectors, given);
			expect(found !== undefined).toBe(brute);
			if (found) expect(selectors.some((selector) => takes(selector, found))).toBe(false);
		}),
		{ numRuns: 2000 },
	);
});

test("ranges of addresses: what is left after taking some away", () => {
	const cidr = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 })).map(([last, bits]) => `10.0.0.${last}/${bits}`);
	fc.assert(
		fc.property(cidr, fc.array(cidr, { maxLength: 4 }), fc.integer({ min: 0, max: 255 }), (from, taken, last) => {
			const inside = (text: string) => {
				const [address = "", bits] = text.split("/");
				const shift = 32 - Number(bits);
				return Math.floor(Number(address.split(".")[3]) / 2 ** shift) === Math.floor(last / 2 ** shift);
			};
			const ranges = [from, ...taken].map((text) => addressRange(text)).filter((range) => range !== undefined);
			const one = addressRange(`10.0.0.${last}`);
			const left = without(ranges.slice(0, 1), ranges.slice(1)).some((range) => one && range.first <= one.first && range.last >= one.last);
			expect(left).toBe(inside(from) && !taken.some(inside));
		}),
	);
	expect(addressRange("::ffff:10.0.0.1")?.first).toBe((1n << 32n) + 0xffff0a000001n);
	expect(addressRange("fd00::/8")?.last).toBe((1n << 32n) + (0xfen << 120n) - 1n);
	expect(addressRange("10.0.0.0/33")).toBeUndefined();
	expect(addressRange("name")).toBeUndefined();
});
