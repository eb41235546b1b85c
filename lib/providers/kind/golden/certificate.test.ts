import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { certificatePem, certify, keyPem } from "./certificate.ts";

const now = Date.UTC(2026, 5, 1);
const authority = certify({ commonName: "kubernetes", dnsNames: ["kubernetes"], now });
const read = (identity: Parameters<typeof certificatePem>[0]) => new X509Certificate(certificatePem(identity));

test("makes an authority that signs itself and may sign others", () => {
	const certificate = read(authority);
	expect(certificate.ca).toBe(true);
	expect(certificate.verify(certificate.publicKey)).toBe(true);
	expect(certificate.subject).toBe("CN=kubernetes");
	expect(certificate.validFromDate.getTime()).toBeLessThan(now);
	expect(certificate.validToDate.getTime()).toBe(Date.UTC(2027, 5, 1));
});

test("makes certificates that their authority vouches for, with the names and addresses asked for", () => {
	const server = certify({
		commonName: "kube-apiserver",
		organizations: ["a", "b"],
		issuer: authority,
		use: ["server", "client"],
		dnsNames: ["localhost"],
		addresses: ["10.96.0.1", "::1"],
		now,
	});
	const certificate = read(server);
	expect(certificate.ca).toBe(false);
	expect(certificate.checkIssued(read(authority))).toBe(true);
	expect(certificate.verify(read(authority).publicKey)).toBe(true);
	expect(certificate.subject).toBe("O=a\nO=b\nCN=kube-apiserver");
	expect(certificate.subjectAltName).toBe("DNS:localhost, IP Address:10.96.0.1, IP Address:0:0:0:0:0:0:0:1");
	expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
	expect(certificate.checkPrivateKey(server.key)).toBe(true);
	expect(keyPem(server)).toContain("BEGIN EC PRIVATE KEY");
});

test("makes authorities of one name that do not vouch for each other's certificates", () => {
	const other = certify({ commonName: "kubernetes", dnsNames: ["kubernetes"], now });
	const client = read(certify({ commonName: "learner", issuer: authority, use: ["client"], now }));
	expect(client.verify(read(other).publicKey)).toBe(false);
});
