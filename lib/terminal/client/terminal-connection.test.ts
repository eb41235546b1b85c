import { beforeEach, expect, test } from "vitest";
import type { Connection } from "./connection-state.ts";
import { createTerminalConnection } from "./terminal-connection.ts";
import type { TicketAnswer } from "./ticket.ts";

/** A WebSocket under the test's hand. */
class TestSocket extends EventTarget {
	static made: TestSocket[] = [];
	static wake = () => {};
	readyState = 0;
	binaryType = "";
	sent: (string | Uint8Array)[] = [];
	url: string;
	constructor(url: string) {
		super();
		this.url = url;
		TestSocket.made.push(this);
		TestSocket.wake();
	}
	send(data: string | Uint8Array) {
		this.sent.push(data);
	}
	close() {
		this.readyState = 3;
	}
	open() {
		this.readyState = 1;
		this.dispatchEvent(new Event("open"));
	}
	hear(data: object | Uint8Array) {
		const message = data instanceof Uint8Array ? data.slice().buffer : JSON.stringify(data);
		this.dispatchEvent(new MessageEvent("message", { data: message }));
	}
	lose() {
		this.readyState = 3;
		this.dispatchEvent(Object.assign(new Event("close"), { code: 1006, reason: "", wasClean: false }));
	}
	controls() {
		return this.sent.filter((one) => typeof one === "string").map((one) => JSON.parse(one as string));
	}
	typed() {
		return this.sent.filter((one) => typeof one !== "string").map((one) => new TextDecoder().decode(one as Uint8Array));
	}
}

beforeEach(() => {
	TestSocket.made = [];
});

async function socketNumber(count: number): Promise<TestSocket> {
	while (TestSocket.made.length < count) await new Promise<void>((resolve) => (TestSocket.wake = resolve));
	return TestSocket.made[count - 1] as TestSocket;
}

const bytes = (text: string) => new TextEncoder().encode(text);

function begin({ tickets = [] as TicketAnswer[], hold = false } = {}) {
	const states: Connection[] = [];
	const shown: string[] = [];
	const pending: (() => void)[] = [];
	let gaps = 0;
	const connection = createTerminalConnection({
		labId: "lab1",
		shellId: "shell1",
		show(part, done) {
			shown.push(new TextDecoder().decode(part));
			if (hold) pending.push(done);
			else done();
		},
		onGap: () => gaps++,
		onState: (state) => states.push(state),
		size: () => ({ cols: 80, rows: 24 }),
		ticket: async () => tickets.shift() ?? { ticket: "t" },
		WebSocket: TestSocket,
		origin: "ws://localhost:3000",
		now: () => 1000,
	});
	return { connection, states, shown, pending, gaps: () => gaps };
}

test("it says its size, shows output and acknowledges what was shown", async () => {
	const { shown, states, connection } = begin();
	const socket = await socketNumber(1);
	expect(socket.url).toBe("ws://localhost:3000/terminal?ticket=t&from=0");
	socket.open();
	socket.hear({ type: "start", offset: 0, seen: 0 });
	socket.hear(bytes("hello"));
	connection.type("ls\r");
	expect(shown).toEqual(["hello"]);
	expect(socket.controls()).toEqual([
		{ type: "resize", cols: 80, rows: 24 },
		{ type: "ack", offset: 5 },
	]);
	expect(socket.typed()).toEqual(["ls\r"]);
	expect(states.map((state) => state.kind)).toEqual(["connecting", "open"]);
	connection.close();
});

test("after a loss it goes on from the byte it has, with a new ticket, and keeps what was typed meanwhile", async () => {
	const { states, shown, gaps, connection } = begin({ tickets: [{ ticket: "one" }, { ticket: "two" }] });
	const first = await socketNumber(1);
	first.open();
	first.hear({ type: "start", offset: 0, seen: 0 });
	first.hear(bytes("12345"));
	first.lose();
	expect(states.at(-1)).toEqual({ kind: "waiting", since: 1000 });
	connection.type("typed meanwhile");
	const second = await socketNumber(2);
	expect(second.url).toBe("ws://localhost:3000/terminal?ticket=two&from=5");
	second.open();
	expect(second.typed()).toEqual(["typed meanwhile"]);
	second.hear({ type: "start", offset: 5, seen: 5 });
	second.hear(bytes("678"));
	expect(shown.join("")).toBe("12345678");
	expect(gaps()).toBe(0);
	expect(second.controls().at(-1)).toEqual({ type: "ack", offset: 8 });
	connection.close();
});

test("the terminal's answers to output that was seen before are not sent a second time", async () => {
	const { connection, pending } = begin({ hold: true });
	const socket = await socketNumber(1);
	socket.open();
	socket.hear({ type: "start", offset: 0, seen: 4 });
	// One message holds old and new: shown as two, so that answers count from the first new byte.
	socket.hear(bytes("oldnew"));
	expect(pending).toHaveLength(2);
	connection.type("answer to old");
	pending.shift()?.();
	connection.type("answer to new");
	expect(socket.typed()).toEqual(["answer to new"]);
	connection.close();
});

test("lost output is said once, and counting goes on behind it", async () => {
	const { gaps, connection } = begin();
	const socket = await socketNumber(1);
	socket.open();
	socket.hear({ type: "start", offset: 1000, seen: 1000 });
	expect(gaps()).toBe(0);
	socket.hear(bytes("a"));
	socket.hear({ type: "start", offset: 5000, seen: 1001 });
	socket.hear(bytes("b"));
	expect(gaps()).toBe(1);
	expect(socket.controls().at(-1)).toEqual({ type: "ack", offset: 5001 });
	connection.close();
});

test("a large paste goes in pieces that the engine takes", async () => {
	const { connection } = begin();
	const socket = await socketNumber(1);
	socket.open();
	socket.hear({ type: "start", offset: 0, seen: 0 });
	const text = "ü".repeat(50_000);
	connection.type(text);
	const pieces = socket.sent.filter((one) => typeof one !== "string") as Uint8Array[];
	expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(64 * 1024);
	expect(Buffer.concat(pieces).toString("utf8")).toBe(text);
	connection.close();
});

test("replaced elsewhere it stands still until it is taken back", async () => {
	const { connection, states } = begin();
	const socket = await socketNumber(1);
	socket.open();
	socket.hear({ type: "start", offset: 0, seen: 0 });
	socket.hear({ type: "replaced" });
	expect(states.at(-1)).toEqual({ kind: "replaced" });
	expect(socket.readyState).toBe(3);
	connection.type("lost");
	connection.retry();
	const next = await socketNumber(2);
	next.open();
	next.hear({ type: "start", offset: 0, seen: 0 });
	expect(next.typed()).toEqual([]);
	expect(states.at(-1)).toEqual({ kind: "open" });
	connection.close();
});

test("the end of the shell is final, whether it was seen or found out later", async () => {
	const seen = begin();
	const socket = await socketNumber(1);
	socket.open();
	socket.hear({ type: "exit", code: 3 });
	expect(seen.states.at(-1)).toEqual({ kind: "ended", code: 3 });
	const gone = { error: { code: "shell-not-found", message: "This shell has ended." }, final: true, gone: true };
	const late = await new Promise<Connection>((resolve) => {
		createTerminalConnection({
			labId: "lab1",
			shellId: "shell1",
			show: () => {},
			onGap: () => {},
			onState: (state) => state.kind === "ended" && resolve(state),
			size: () => ({ cols: 80, rows: 24 }),
			ticket: async () => gone,
			WebSocket: TestSocket,
			origin: "ws://localhost:3000",
		});
	});
	expect(late).toEqual({ kind: "ended" });
	expect(TestSocket.made).toHaveLength(1);
});
