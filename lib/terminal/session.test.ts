import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { openRecording } from "./recording.ts";
import { look, openSessionBench, type SessionBench } from "./testing/session-bench.ts";

let at: SessionBench;

beforeEach(() => {
	at = openSessionBench();
});
afterEach(() => at.close());

test("keystrokes reach a real terminal and its output comes back, recorded before it was shown", async () => {
	await at.bash();
	const { session } = at.begin();
	const browser = look(session);
	browser.type("echo sum=$((40+2)) ünïcode; tty\r");
	await browser.until(() => browser.text().includes("/dev/pts/"));
	expect(browser.text()).toContain("sum=42 ünïcode");
	const copy = openRecording(at.path, systemClock);
	expect(Buffer.concat(copy.tail(1 << 20).map((stretch) => stretch.bytes))).toEqual(browser.shown());
	copy.close();
});

test("what somebody does at it is told: they open it, type, and see; to connect again is nothing new", async () => {
	await at.bash();
	const { session, uses } = at.begin();
	const browser = look(session);
	expect(uses).toEqual(["opened"]);
	await browser.until(() => browser.text() !== "");
	expect(uses[1]).toBe("shown");
	uses.length = 0;
	browser.type("x");
	expect(uses).toEqual(["typed"]);
	await browser.until(() => browser.text().includes("x"));
	const back = look(session, { from: browser.offset() });
	uses.length = 0;
	browser.type("nobody's key");
	back.resize({ cols: 90, rows: 20 });
	look(session, { from: back.offset() });
	expect(uses).toEqual([]);
});

test("keys that are typed before the lab is there come to the shell once it is, and before that nothing is tried", async () => {
	await at.bash();
	const awake = Promise.withResolvers<void>();
	const { session } = at.begin({
		environment: async () => {
			await awake.promise;
			return at.host.environment;
		},
	});
	const browser = look(session);
	browser.type("echo first-$((40+2))\r");
	expect(at.host.startedFrom).toEqual([]);
	awake.resolve();
	await browser.until(() => browser.text().includes("first-42"));
	expect(browser.messages.some((message) => message.type === "error")).toBe(false);
});

test("keys that are typed while the shell stands still come to it when it goes on", async () => {
	await at.bash();
	const browser = look(at.begin().session);
	browser.type("echo pid=$$.\r");
	await browser.until(() => /pid=\d+\./.test(browser.text()));
	const pid = Number(/pid=(\d+)\./.exec(browser.text())?.[1]);
	process.kill(pid, "SIGSTOP");
	browser.type("echo first-$((40+2))\r");
	process.kill(pid, "SIGCONT");
	await browser.until(() => browser.text().includes("first-42"));
});

test("the size of the browser is the size of the shell", async () => {
	await at.bash();
	const { session } = at.begin();
	const browser = look(session);
	browser.resize({ cols: 133, rows: 41 });
	browser.type("stty size\r");
	await browser.until(() => browser.text().includes("41 133"));
});

test("a size that changes while the lab is frozen is the shell's once it is awake", async () => {
	await at.bash();
	let awake = Promise.resolve();
	const { session } = at.begin({ environment: () => awake.then(() => at.host.environment) });
	const browser = look(session);
	await browser.until(() => browser.text() !== "");
	const waking = Promise.withResolvers<void>();
	awake = waking.promise;
	at.host.frozen = true;
	browser.resize({ cols: 133, rows: 41 });
	await expect.poll(() => at.host.refusedSizes).toContain("133x41");
	expect(at.host.size).toBe("80x24");
	at.host.frozen = false;
	waking.resolve();
	await expect.poll(() => at.host.size).toBe("133x41");
});

test("a reload gets all of it again, a reconnect only what it lacks", async () => {
	await at.bash();
	const { session } = at.begin();
	const first = look(session);
	first.type("echo one-$((1))\r");
	await first.until(() => first.text().includes("one-1"));
	first.leave();
	const reload = look(session);
	expect(reload.shown().subarray(0, first.shown().length)).toEqual(first.shown());
	expect(reload.messages[0]).toEqual({ type: "start", offset: 0, seen: first.offset() });
	reload.type("echo two-$((2))\r");
	await reload.until(() => reload.text().includes("two-2"));
	const back = look(session, { from: first.offset() });
	await back.until(() => back.offset() >= reload.offset());
	expect(Buffer.concat([first.shown(), back.shown()]).subarray(0, reload.shown().length)).toEqual(reload.shown());
});

test("a second viewer takes over: the first is told, and its keys no longer count", async () => {
	await at.bash();
	const { session } = at.begin();
	const first = look(session);
	const second = look(session);
	expect(first.messages.at(-1)).toEqual({ type: "replaced" });
	expect(first.closed()).toBe(4001);
	first.type("echo lost-$((1))\r");
	second.type("echo mine-$((2))\r");
	await second.until(() => second.text().includes("mine-2"));
	expect(second.text()).not.toContain("lost");
});

test("a viewer that shows nothing holds the shell, and another one frees it", async () => {
	await at.bash();
	const { session } = at.begin();
	const slow = look(session, { acks: false });
	slow.type("for n in $(seq 1 200000); do echo line-$n; done; echo do''ne\r");
	await slow.until(() => slow.shown().length >= 100_000);
	expect(slow.shown().length).toBe(100_000);
	const quick = look(session, { from: slow.offset() });
	await quick.until(() => quick.text().includes("done\r"));
	expect(quick.text()).toContain("line-200000\r");
});
