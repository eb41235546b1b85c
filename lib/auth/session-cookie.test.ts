import { expect, test } from "vitest";
import { readSessionCookie, writeSessionCookie } from "./session-cookie.ts";

const session = "aB3".repeat(15).slice(0, 43);

test("what is written is read back", () => {
	const header = writeSessionCookie({ session, expiresAt: 0, port: 3000, secure: false });
	expect(header).toBe(`faultline-session-3000=${session}; Path=/; HttpOnly; SameSite=Strict; Expires=Thu, 01 Jan 1970 00:00:00 GMT`);
	expect(readSessionCookie(`theme=dark; ${header.split(";")[0]}; other=1`, 3000)).toBe(session);
	expect(writeSessionCookie({ session, expiresAt: 0, port: 3000, secure: true })).toMatch(/; Secure$/);
});

test.each([
	undefined,
	"",
	"faultline-session-3000",
	"faultline-session-3000=",
	`faultline-session-3001=${session}`,
	`xfaultline-session-3000=${session}`,
	`faultline-session-3000=${session}x`,
	`faultline-session-3000="${session}"`,
	`faultline-session-3000=${"é".repeat(43)}`,
])("no session in %j", (header) => {
	expect(readSessionCookie(header, 3000)).toBeUndefined();
});

test("a cookie of the right shape counts behind one of a wrong shape", () => {
	expect(readSessionCookie(`faultline-session-3000=old; faultline-session-3000=${session}`, 3000)).toBe(session);
});
