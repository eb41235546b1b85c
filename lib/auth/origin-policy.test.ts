import { expect, test } from "vitest";
import { createOriginPolicy } from "./origin-policy.ts";

const local = createOriginPolicy({ host: "127.0.0.1", port: 3000, origins: [] });
const shared = createOriginPolicy({ host: "0.0.0.0", port: 3000, origins: ["https://labs.example.org", "http://box.lan:8080/"] });

test.each(["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "LOCALHOST:3000", "localhost", "localhost:8080", "[0:0:0:0:0:0:0:1]:3000"])(
	"Host %s is this machine",
	(host) => expect(local.allowsHost(host)).toBe(true),
);

test.each([
	undefined,
	"",
	"evil.example:3000",
	"127.0.0.1.evil.example:3000",
	"localhost.evil.example",
	"localhost:3000@evil.example",
	"localhost:3000, evil.example",
	"localhost:3000/",
	"localhost.:3000",
	"localhost:",
	"localhost:123456",
	"localhost:port",
	"::1",
	"[::1",
	"[::2]:3000",
	"127.1:3000",
	"0x7f.0.0.1:3000",
	"2130706433:3000",
	"0.0.0.0:3000",
	"192.168.1.7:3000",
	"local host",
	"localhost\u0000",
])("Host %j is refused", (host) => {
	expect(local.allowsHost(host)).toBe(false);
});

test("a bound address counts with its port only", () => {
	const bound = createOriginPolicy({ host: "192.168.1.7", port: 3000, origins: [] });
	expect(bound.allowsHost("192.168.1.7:3000")).toBe(true);
	expect(bound.allowsHost("192.168.1.7:3001")).toBe(false);
	expect(bound.allowsHost("192.168.1.7")).toBe(false);
	const onDefaultPort = createOriginPolicy({ host: "192.168.1.7", port: 80, origins: [] });
	expect(onDefaultPort.allowsHost("192.168.1.7")).toBe(true);
	expect(onDefaultPort.allowsOrigin("http://192.168.1.7", "192.168.1.7")).toBe(true);
	const six = createOriginPolicy({ host: "fd00::7", port: 3000, origins: [] });
	expect(six.allowsHost("[fd00:0:0::7]:3000")).toBe(true);
	expect(six.allowsHost("[fd00::8]:3000")).toBe(false);
});

test("listening everywhere does not mean answering to every name", () => {
	expect(shared.allowsHost("0.0.0.0:3000")).toBe(false);
	expect(shared.allowsHost("10.0.0.5:3000")).toBe(false);
	expect(shared.allowsHost("labs.example.org")).toBe(true);
	expect(shared.allowsHost("LABS.example.org:443")).toBe(true);
	expect(shared.allowsHost("labs.example.org:80")).toBe(false);
	expect(shared.allowsHost("box.lan:8080")).toBe(true);
	expect(shared.allowsHost("box.lan")).toBe(false);
});

test.each([
	["http://localhost:3000", "localhost:3000"],
	["http://LOCALHOST:3000", "localhost:3000"],
	["http://127.0.0.1:3000", "127.0.0.1:3000"],
	["http://[::1]:3000", "[::1]:3000"],
	["http://localhost", "localhost"],
	["http://localhost:80", "localhost"],
	["http://localhost:8080", "localhost:8080"],
])("Origin %s is a page of ours under Host %s", (origin, host) => {
	expect(local.allowsOrigin(origin, host)).toBe(true);
});

test.each([
	[undefined, "localhost:3000"],
	["null", "localhost:3000"],
	["", "localhost:3000"],
	["http://evil.example", "localhost:3000"],
	["http://localhost:8080", "localhost:3000"],
	["http://localhost", "localhost:3000"],
	["https://localhost:3000", "localhost:3000"],
	["http://127.0.0.1:3000", "localhost:3000"],
	["http://localhost:3000.evil.example", "localhost:3000"],
	["http://localhost:3000@evil.example", "localhost:3000"],
	["file://localhost:3000", "localhost:3000"],
	["http://localhost:3000/path", "localhost:3000"],
	["http://localhost:3000 http://evil.example", "localhost:3000"],
	// Rebinding: the attacker's name points here, its page and its Host agree.
	["http://evil.example:3000", "evil.example:3000"],
	["http://localhost:3000", undefined],
])("Origin %j under Host %j is refused", (origin, host) => {
	expect(local.allowsOrigin(origin, host)).toBe(false);
});

test("a further origin counts under its own Host only, with its own scheme", () => {
	expect(shared.allowsOrigin("https://labs.example.org", "labs.example.org")).toBe(true);
	expect(shared.allowsOrigin("https://labs.example.org:443", "labs.example.org")).toBe(true);
	expect(shared.allowsOrigin("http://labs.example.org", "labs.example.org")).toBe(false);
	expect(shared.allowsOrigin("https://labs.example.org", "localhost:3000")).toBe(false);
	expect(shared.allowsOrigin("http://box.lan:8080", "box.lan:8080")).toBe(true);
	expect(shared.allowsOrigin("http://box.lan:8080", "labs.example.org")).toBe(false);
	expect(shared.isSecure("labs.example.org")).toBe(true);
	expect(shared.isSecure("box.lan:8080")).toBe(false);
	expect(local.isSecure("localhost:3000")).toBe(false);
});
