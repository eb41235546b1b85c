import { expect, test } from "vitest";
import type { ProbeResult } from "../../providers/provider.ts";
import { httpCheck as schema } from "../../scenarios/check-schema.ts";
import { checkContext, play, shopView } from "../test-support/shop-view.ts";
import { httpCheck } from "./http.ts";

const check = (more: object = {}) =>
	schema.parse({
		...{ type: "http", from: "edge", url: "https://{node}/", host: "shop.example", samples: 1 },
		...{ certificate: { dnsName: "shop.example", trusted: false }, ...more },
	});
const shown = {
	...{ subject: "CN=shop", dnsNames: ["shop.example", "*.shop.example"], notAfter: "2030-01-01T00:00:00Z" },
	...{ verified: false, problem: "x509: certificate signed by unknown authority" },
};
const ask = (certificate: object, more: object = {}) => {
	const answer: Partial<ProbeResult> = { http: { status: 200, headers: {}, body: "{}", certificate: { ...shown, ...certificate } } };
	return play(httpCheck(check(more), checkContext(shopView())), () => answer);
};

test("asks for the name and connects to the address, from outside", () => {
	expect(ask({}).sent[0]).toMatchObject({
		...{ from: { edge: true }, url: "https://shop.example/", connectTo: "172.30.0.2:443", insecure: true },
		headers: { Host: "shop.example" },
	});
	expect(ask({}, { url: "https://{node}:8443/a" }).sent[0]).toMatchObject({
		...{ url: "https://shop.example:8443/a", connectTo: "172.30.0.2:8443" },
	});
});

test("a certificate for the name passes, exactly or by wildcard, where trust is not asked", () => {
	expect(ask({}).judgement).toMatchObject({ verdict: "pass" });
	expect(ask({}, { certificate: { dnsName: "api.shop.example", trusted: false } }).judgement.verdict).toBe("pass");
	expect(ask({}, { certificate: { dnsName: "a.b.shop.example", trusted: false } }).judgement.verdict).toBe("fail");
});

test("another name, an end in the past, no trust and no TLS are told apart", () => {
	expect(ask({ dnsNames: ["TRAEFIK DEFAULT CERT"] }).judgement.message).toContain(
		"GET https://172.30.0.2/ for shop.example from a user outside: expected 200 and a certificate for shop.example; observed a certificate for TRAEFIK DEFAULT CERT",
	);
	expect(ask({ notAfter: "1970-01-01T00:00:10Z" }).judgement.message).toContain("a certificate that ended on 1970-01-01T00:00:10Z");
	const trusted = { certificate: { dnsName: "shop.example" } };
	expect(ask({}, trusted).judgement.message).toContain("a certificate that is not trusted (x509: certificate signed by unknown authority)");
	expect(ask({ verified: true }, trusted).judgement.verdict).toBe("pass");
	const plain = play(httpCheck(check(), checkContext(shopView())), () => ({ http: { status: 200, headers: {}, body: "" } }));
	expect(plain.judgement.message).toContain("observed no certificate");
});
