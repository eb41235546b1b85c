import { createHash } from "node:crypto";
import ipaddr from "ipaddr.js";

/** An IPv4 network: first address as a number, and prefix length. */
export interface Cidr {
	base: number;
	bits: number;
}

// Private ranges that neither Docker's default pools (172.17-31, 192.168) nor kind's pods and services (10.244, 10.96) use.
const ranges = ["10.213.0.0/16", "10.187.0.0/16", "192.168.192.0/18"];

/** 64 addresses: three nodes, workstation, mirror, edge, and some thirty for load balancers. */
export const subnetBits = 26;

export function parseCidr(text: string): Cidr {
	const [address, bits] = ipaddr.IPv4.parseCIDR(text);
	return { base: toNumber(address.toByteArray()), bits };
}

export function formatCidr(cidr: Cidr): string {
	return `${formatAddress(cidr.base)}/${cidr.bits}`;
}

export function formatAddress(value: number): string {
	return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

export function overlaps(a: Cidr, b: Cidr): boolean {
	const bits = Math.min(a.bits, b.bits);
	const mask = bits === 0 ? 0 : (~0 << (32 - bits)) >>> 0;
	return (a.base & mask) >>> 0 === (b.base & mask) >>> 0;
}

/**
 * Subnets for a lab, in the order in which to try them: no two labs begin at the same place.
 * @param seed the lab's name
 * @param taken networks that the host already routes
 */
export function* candidateSubnets(seed: string, taken: readonly Cidr[]): Generator<Cidr> {
	const size = 2 ** (32 - subnetBits);
	const offset = createHash("sha256").update(seed).digest().readUInt32BE(0);
	for (const range of ranges.map(parseCidr)) {
		const count = 2 ** (subnetBits - range.bits);
		for (let step = 0; step < count; step++) {
			const candidate = { base: range.base + ((offset + step) % count) * size, bits: subnetBits };
			if (!taken.some((other) => overlaps(candidate, other))) yield candidate;
		}
	}
}

/**
 * Who has which address: Docker hands out the lower half, the rest is given by name.
 * @param subnet a lab's own subnet of {@link subnetBits}
 */
export function addressPlan(subnet: Cidr) {
	const at = (offset: number) => formatAddress(subnet.base + offset);
	return {
		gateway: at(1),
		/** For nodes that kind makes and workstation, given by Docker from the lowest on. */
		dynamic: formatCidr({ base: subnet.base, bits: subnetBits + 1 }),
		/** For cloned nodes, which need to know their addresses before they start: at the end of that range. */
		nodes: [at(24), at(25), at(26)],
		/** First and last address for load balancers. */
		loadBalancer: { from: at(33), to: at(60) },
		edge: at(61),
		mirror: at(62),
	};
}

/** Reads /proc/net/route: addresses are hexadecimal, in the host's byte order (little endian). */
export function parseRoutes(procNetRoute: string): Cidr[] {
	return procNetRoute
		.split("\n")
		.slice(1)
		.map((line) => line.split("\t"))
		.filter((fields) => fields.length > 7 && fields[7] !== "00000000")
		.map((fields) => ({ base: fromLittleEndian(fields[1] ?? ""), bits: countBits(fromLittleEndian(fields[7] ?? "")) }));
}

function fromLittleEndian(hex: string): number {
	return toNumber([...Buffer.from(hex, "hex")].reverse());
}

function countBits(mask: number): number {
	return mask.toString(2).replaceAll("0", "").length;
}

function toNumber(bytes: number[]): number {
	return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
