import { expect, test } from "vitest";
import { mirrorOf } from "./debian.ts";

test("the mirror is the host's own, whatever else its apt knows", () => {
	const targets = [
		"https://packages.example.com/apt tools",
		"http://mirror.example.org/debian/ bookworm",
		"http://mirror.example.org/debian/ bookworm-updates",
		"http://security.example.org/debian-security/ bookworm-security",
	].join("\n");
	expect(mirrorOf(targets)).toEqual({ main: "http://mirror.example.org/debian", security: "http://security.example.org/debian-security" });
});

test("a host without Debian's archive leaves the choice to debootstrap", () => {
	expect(mirrorOf("http://archive.example.com/ubuntu noble\n")).toEqual({ main: null, security: null });
	expect(mirrorOf("")).toEqual({ main: null, security: null });
});
