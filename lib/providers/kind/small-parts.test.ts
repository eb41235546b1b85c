import { expect, test } from "vitest";
import { freeBytes, neededBytes, reserveBytes } from "./capacity.ts";
import { hostsToml } from "./mirror.ts";
import { insideHome } from "./workstation.ts";

const cluster = { nodes: 1, kubeProxyMode: "iptables", dnsReplicas: 1, addons: [] } as const;

test("counts a reserve for the host", () => {
	expect(freeBytes("MemTotal: 1 kB\nMemAvailable:    4194304 kB\n")).toBe(4 * 1024 ** 3 - reserveBytes);
	expect(freeBytes("MemAvailable:    10 kB\n")).toBe(0);
});

test("asks more memory for more nodes", () => {
	expect(neededBytes({ ...cluster, nodes: 3 })).toBeGreaterThan(neededBytes(cluster));
});

test("leaves public registries in reach only where they can be", () => {
	expect(hostsToml("10.0.0.9", "build")).toMatch(/^server = "http:\/\/10\.0\.0\.9:5000"/);
	expect(hostsToml("10.0.0.9", "pull")).not.toContain("server");
});

test.each(["/etc/passwd", "../x", "lab/../../x", "lab//x", ""])("refuses the file path %j", (path) => {
	expect(() => insideHome(path)).toThrow();
});
