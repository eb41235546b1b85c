import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AppError } from "../core/errors.ts";
import { createEngineClient } from "./client.ts";
import { type CallHandlers, createProtocolServer, type StreamHandlers } from "./server.ts";

let folder: string;
let close: () => Promise<void>;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "fl-protocol-"));
});
afterEach(async () => {
	await close();
	rmSync(folder, { recursive: true });
});

async function serve(handlers: Partial<CallHandlers>, streamHandlers: Partial<StreamHandlers> = {}) {
	const onError = vi.fn();
	const server = createProtocolServer({
		calls: handlers as CallHandlers,
		streams: streamHandlers as StreamHandlers,
		onUpgrade: (_request, socket) => socket.destroy(),
		onError,
	});
	const path = join(folder, "engine.sock");
	await new Promise<void>((resolve) => server.listen(path, resolve));
	close = () => new Promise((resolve) => server.close(() => resolve()));
	return { client: createEngineClient(path), onError };
}

test("a call carries its parsed input and its output", async () => {
	const { client } = await serve({ "auth.redeem": async ({ token }) => ({ session: `of ${token}`, expiresAt: 5 }) });
	expect(await client.call("auth.redeem", { token: "abc" })).toEqual({ session: "of abc", expiresAt: 5 });
});

test("an error keeps its code, message, mend and kind over the wire", async () => {
	const { client, onError } = await serve({
		"lab.get": async () => {
			throw new AppError("lab-not-found", "There is no lab x.", { kind: "not-found", mend: "faultline lab list" });
		},
	});
	await expect(client.call("lab.get", { id: "x" })).rejects.toMatchObject({
		code: "lab-not-found",
		message: "There is no lab x.",
		mend: "faultline lab list",
		kind: "not-found",
	});
	expect(onError).not.toHaveBeenCalled();
});

test("input that does not fit is refused before the handler sees it", async () => {
	const handler = vi.fn();
	const { client } = await serve({ "lab.get": handler });
	await expect(client.call("lab.get", { id: 5 } as never)).rejects.toMatchObject({ code: "bad-input", kind: "invalid" });
	expect(handler).not.toHaveBeenCalled();
});

test("a stream gives its items in order and ends", async () => {
	const { client } = await serve(
		{},
		{
			"scenario.verify": async function* () {
				yield { step: "one" };
				yield { step: "two" };
			},
		},
	);
	const items = [];
	for await (const item of client.stream("scenario.verify", { slugs: [] })) items.push(item);
	expect(items).toEqual([{ step: "one" }, { step: "two" }]);
});

test("a stream that fails midway gives its items and then throws what the handler threw", async () => {
	const { client } = await serve(
		{},
		{
			"scenario.verify": async function* () {
				yield { step: "one" };
				throw new AppError("broken", "It broke.", { kind: "conflict" });
			},
		},
	);
	const items: unknown[] = [];
	const run = async () => {
		for await (const item of client.stream("scenario.verify", { slugs: [] })) items.push(item);
	};
	await expect(run()).rejects.toMatchObject({ code: "broken", kind: "conflict" });
	expect(items).toEqual([{ step: "one" }]);
});

test("a client that leaves a stream aborts its handler", async () => {
	const left = Promise.withResolvers<unknown>();
	const { client } = await serve(
		{},
		{
			"scenario.verify": async function* (_input, signal) {
				signal.addEventListener("abort", () => left.resolve(signal.reason));
				yield { step: "one" };
				await left.promise;
			},
		},
	);
	for await (const _item of client.stream("scenario.verify", { slugs: [] })) break;
	expect(await left.promise).toMatchObject({ code: "client-left" });
});

test("where nothing listens the error says so and can be retried", async () => {
	close = async () => {};
	const client = createEngineClient(join(folder, "none.sock"));
	await expect(client.call("engine.info", {})).rejects.toMatchObject({ code: "engine-down", retryable: true });
});
