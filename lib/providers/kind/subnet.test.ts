import { expect, test } from "vitest";
import { addressPlan, candidateSubnets, formatCidr, overlaps, parseCidr, parseRoutes } from "./subnet.ts";

const header = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT";

test("reads the host's routes and leaves the default route out", () => {
	const routes = [
		header,
		"eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
		"eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
	];
	expect(parseRoutes(`${routes.join("\n")}\n`).map(formatCidr)).toEqual(["192.0.2.0/24"]);
});

test("proposes only subnets that overlap with no route", () => {
	const taken = [parseCidr("10.213.0.0/17"), parseCidr("10.187.4.9/32")];
	const all = [...candidateSubnets("fl-a-b", taken)];
	expect(all.length).toBeGreaterThan(1000);
	expect(all.some((subnet) => taken.some((other) => overlaps(subnet, other)))).toBe(false);
	expect(new Set(all.map(formatCidr)).size).toBe(all.length);
});

test("proposes every subnet of a range before the next range", () => {
	const first = [...candidateSubnets("fl-a-b", [])].slice(0, 1024);
	expect(first.every((subnet) => overlaps(subnet, parseCidr("10.213.0.0/16")))).toBe(true);
});

test("lets two labs begin at different places", () => {
	const [a] = candidateSubnets("fl-a-one", []);
	const [b] = candidateSubnets("fl-a-two", []);
	expect(a).not.toEqual(b);
});

test("proposes nothing where the host routes everything", () => {
	expect([...candidateSubnets("fl-a-b", [parseCidr("0.0.0.0/0")])]).toEqual([]);
});

test("keeps addresses given by name out of Docker's half", () => {
	const plan = addressPlan(parseCidr("10.213.7.64/26"));
	expect(plan).toEqual({
		gateway: "10.213.7.65",
		dynamic: "10.213.7.64/27",
		nodes: ["10.213.7.88", "10.213.7.89", "10.213.7.90"],
		loadBalancer: { from: "10.213.7.97", to: "10.213.7.124" },
		edge: "10.213.7.125",
		mirror: "10.213.7.126",
	});
});
