import { expect, test } from "vitest";
import { neededBytes } from "./capacity.ts";
import { hostsToml } from "./mirror.ts";
import { insideHome } from "./workstation.ts";

const cluster = { nodes: 1, kubeProxyMode: "iptables", dnsReplicas: 1, addons: [] } as const;

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
