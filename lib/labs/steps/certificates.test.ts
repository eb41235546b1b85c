import { expect, test } from "vitest";
import { openssl, tlsSecret } from "./certificates.ts";

const pem = (kind: string) => `-----BEGIN ${kind}-----\nAAAA\n-----END ${kind}-----\n`;

test("a certificate is asked for every name, and neither file is written to a disk", () => {
	const command = openssl({ dnsNames: ["shop.example", "www.shop.example"] }).join(" ");
	expect(command).toContain("-addext subjectAltName=DNS:shop.example,DNS:www.shop.example");
	expect(command).toMatch(/-keyout - -out -$/);
});

test("a Secret holds key and certificate, in whichever order they came and whatever was said between", () => {
	const { type, metadata, data } = tlsSecret("shop-tls", `${pem("PRIVATE KEY")}.....\n-----\n${pem("CERTIFICATE")}`);
	expect({ type, metadata }).toEqual({ type: "kubernetes.io/tls", metadata: { name: "shop-tls" } });
	const text = (base64: string) => Buffer.from(base64, "base64").toString();
	expect([text(data["tls.crt"]), text(data["tls.key"])]).toEqual([pem("CERTIFICATE"), pem("PRIVATE KEY")]);
});

test("output without a key makes no Secret", () => {
	expect(() => tlsSecret("shop-tls", pem("CERTIFICATE"))).toThrow("no key");
});
