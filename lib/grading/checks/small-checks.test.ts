import { expect, test } from "vitest";
import type { ProbeResult } from "../../providers/provider.ts";
import { dnsCheck as dnsSchema, httpCheck as httpSchema, tcpCheck, udpCheck } from "../../scenarios/check-schema.ts";
import { checkContext, http, play, shopView } from "../test-support/shop-view.ts";
import { converse } from "./dialogue.ts";
import { dnsCheck } from "./dns.ts";
import { httpCheck } from "./http.ts";
import { type CheckDialogue, failWithout } from "./judgement.ts";
import { reachCheck } from "./reach.ts";

const dns = (rcode: string, answers: string[]): Partial<ProbeResult> => ({ dns: { rcode, answers, server: "10.96.0.10", queries: [] } });
const lookup = dnsSchema.parse({
	type: "dns",
	from: { deployment: "front" },
	name: "catalog",
	answers: { service: "catalog" },
	samples: 2,
});

test("a name must give the Service's own address", () => {
	const ask = (answers: string[]) => play(dnsCheck(lookup, checkContext(shopView())), () => dns("NOERROR", answers)).judgement;
	expect(ask(["10.96.0.7"])).toMatchObject({ verdict: "pass" });
	expect(ask(["10.96.0.8"])).toMatchObject({
		verdict: "fail",
		evidence: [{ expected: "NOERROR 10.96.0.7", observed: "NOERROR 10.96.0.8" }],
	});
});

test("an empty answer is no answer", () => {
	const any = dnsSchema.parse({ type: "dns", from: { deployment: "front" }, name: "catalog", samples: 1 });
	expect(play(dnsCheck(any, checkContext(shopView())), () => dns("NOERROR", [])).judgement.verdict).toBe("fail");
	expect(play(dnsCheck(any, checkContext(shopView())), () => dns("NXDOMAIN", [])).judgement.message).toContain(
		"observed NXDOMAIN without an answer",
	);
});

test.each([
	["tcp", tcpCheck, "open", "answered", "pass"],
	["tcp", tcpCheck, "refused", "refused", "pass"],
	["tcp", tcpCheck, "timeout", "refused", "fail"],
	["udp", udpCheck, "open", "timeout", "fail"],
] as const)("%s expected %s, seen %s: %s", (type, schema, expect_, outcome, verdict) => {
	const check = (schema as typeof tcpCheck).parse({ type, from: { node: "any" }, host: "catalog", port: 80, expect: expect_ });
	const { judgement, sent } = play(reachCheck(check, checkContext(shopView())), () => ({ outcome }));
	expect(judgement.verdict).toBe(verdict);
	expect(sent[0]?.from).toEqual({ node: "node-1" });
});

test("a slow check does not hold up another", async () => {
	const plain = (url: string) => httpSchema.parse({ type: "http", from: "workstation", url, samples: 2 });
	const context = checkContext(shopView());
	const answers = (probes: readonly unknown[], status: number) =>
		probes.map((_, index) => ({ id: String(index), outcome: "answered" as const, detail: "", durationMs: 1, ...http(status) }));
	let arrive = () => {};
	const late = new Promise<void>((resolve) => {
		arrive = resolve;
	});
	const wait = async () => {};
	const slow = converse(httpCheck(plain("http://slow/"), context), {
		wait,
		now: () => 0,
		send: (probes) => late.then(() => answers(probes, 500)),
	});
	const quick = converse(httpCheck(plain("http://quick/"), context), { wait, now: () => 0, send: async (probes) => answers(probes, 200) });
	expect((await quick).verdict).toBe("pass");
	arrive();
	expect((await slow).verdict).toBe("fail");
});

test("a pause counted from the asking is shorter by what the answers took, and no less than none", async () => {
	const waits: number[] = [];
	let now = 0;
	function* dialogue(): CheckDialogue {
		for (const sinceAsked of [true, false, true]) {
			yield [{ kind: "tcp", from: { node: "n" }, host: "shop", port: 80, timeoutMs: 2000 }];
			yield { pauseMs: 3000, sinceAsked };
		}
		return failWithout("said", "this", "that");
	}
	await converse(dialogue(), {
		send: async () => {
			now += 2000 + 1500 * waits.length;
			return [];
		},
		wait: async (ms) => void waits.push(ms),
		now: () => now,
	});
	expect(waits).toEqual([1000, 3000, 0]);
});
