import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import ipaddr from "ipaddr.js";
import { bits, explicit, identifier, implicit, integer, octets, sequence, set, time, utf8, yes } from "./der.ts";

/** A private key and its certificate. */
export interface Identity {
	key: KeyObject;
	/** DER. */
	certificate: Buffer;
	commonName: string;
	/** SHA-1 of the public key, by which certificates name their issuer's key. */
	keyId: Buffer;
}

export interface CertificateRequest {
	commonName: string;
	organizations?: readonly string[];
	/** Absent: an authority that signs itself. */
	issuer?: Identity;
	use?: readonly ("server" | "client")[];
	dnsNames?: readonly string[];
	addresses?: readonly string[];
	/** Milliseconds since the epoch. */
	now: number;
}

const hourMs = 3_600_000;
// Longer than any lab lives, as kubeadm gives its own.
const yearMs = 365 * 24 * hourMs;
const ecdsaWithSha256 = sequence(identifier("1.2.840.10045.4.3.2"));
const uses = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" };

/** Makes a P-256 key and its certificate: an authority where no issuer is given, else what that authority signs. */
export function certify(request: CertificateRequest): Identity {
	const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const spki = publicKey.export({ type: "spki", format: "der" });
	// The last 65 bytes are the point itself, without the algorithm's name.
	const keyId = createHash("sha1").update(spki.subarray(-65)).digest();
	const { issuer, now } = request;
	const body = sequence(
		explicit(0, integer(Buffer.from([2]))),
		// Positive, and never beginning with a zero: all serial numbers are of one length.
		integer(Buffer.concat([Buffer.from([0x40 | ((randomBytes(1)[0] ?? 0) & 0x3f)]), randomBytes(7)])),
		ecdsaWithSha256,
		name(issuer ? { commonName: issuer.commonName } : request),
		// Clocks of clients may run behind a little.
		sequence(time(new Date(now - hourMs)), time(new Date(now + yearMs))),
		name(request),
		spki,
		explicit(3, sequence(...extensions(request, keyId))),
	);
	const signature = sign("sha256", body, issuer?.key ?? privateKey);
	return {
		key: privateKey,
		certificate: sequence(body, ecdsaWithSha256, bits(signature)),
		commonName: request.commonName,
		keyId,
	};
}

function name({ commonName, organizations = [] }: Pick<CertificateRequest, "commonName" | "organizations">): Buffer {
	const part = (type: string, value: string) => set(sequence(identifier(type), utf8(value)));
	return sequence(...organizations.map((value) => part("2.5.4.10", value)), part("2.5.4.3", commonName));
}

function extensions({ issuer, use = [], dnsNames = [], addresses = [] }: CertificateRequest, keyId: Buffer): Buffer[] {
	const critical = (id: string, content: Buffer) => sequence(identifier(id), yes(), octets(content));
	const plain = (id: string, content: Buffer) => sequence(identifier(id), octets(content));
	const names = [
		...dnsNames.map((dnsName) => implicit(2, Buffer.from(dnsName))),
		...addresses.map((address) => implicit(7, Buffer.from(ipaddr.parse(address).toByteArray()))),
	];
	const alternatives = names.length > 0 ? [plain("2.5.29.17", sequence(...names))] : [];
	// Signing and enciphering keys (bits 0 and 2), for authorities certificates too (bit 5): as kubeadm has it.
	const keyUsage = critical("2.5.29.15", issuer ? bits(Buffer.from([0xa0]), 5) : bits(Buffer.from([0xa4]), 2));
	if (!issuer) return [keyUsage, critical("2.5.29.19", sequence(yes())), plain("2.5.29.14", octets(keyId)), ...alternatives];
	return [
		keyUsage,
		plain("2.5.29.37", sequence(...use.map((one) => identifier(uses[one])))),
		critical("2.5.29.19", sequence()),
		plain("2.5.29.35", sequence(implicit(0, issuer.keyId))),
		...alternatives,
	];
}

export function certificatePem({ certificate }: Pick<Identity, "certificate">): string {
	const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
	return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

export function keyPem({ key }: Pick<Identity, "key">): string {
	return String(key.export({ type: "sec1", format: "pem" }));
}
