import { z } from "zod";
import { type Action, isAllowed, type Role } from "#lib/auth/authorisation.ts";
import { readSessionCookie } from "#lib/auth/session-cookie.ts";
import { readEnv } from "#lib/core/env.ts";
import { AppError, errorKind, toErrorBody } from "#lib/core/errors.ts";
import { asksForEvents, eventStreamHeaders, passingFailure } from "#lib/protocol/browser-events.ts";
import { type CallInput, type CallName, calls } from "#lib/protocol/calls.ts";
import { engine } from "../engine.ts";

/** What Next gives a route besides the request: the parts of its path that vary. */
export interface RouteContext {
	params: Promise<Record<string, string | string[] | undefined>>;
}

export type Route = (request: Request, context: RouteContext) => Promise<Response>;

/** No call takes more than a few names. */
const maxBodyBytes = 64 * 1024;

const statuses = { invalid: 400, unauthenticated: 401, forbidden: 403, "not-found": 404, conflict: 409, platform: 500 } as const;

/**
 * A route that is one call of the engine. Path, query and JSON body together are the call's input.
 * @param query how query parameters become input; without it they are ignored
 * @param status of success; 204 answers without a body
 */
export function callRoute<N extends CallName & Action>(
	name: N,
	{ query, status = 200 }: { query?: z.ZodType; status?: number } = {},
): Route {
	return guarded(name, async (request, params) => {
		const asked = query ? parse(query, Object.fromEntries(new URL(request.url).searchParams)) : {};
		const body = request.method === "POST" ? await readBody(request) : {};
		const input = parse(calls[name].input, { ...(asked as object), ...body, ...params });
		const output = await engine().call(name, input as CallInput<N>);
		return status === 204 ? new Response(null, { status }) : Response.json(output, { status, headers: { "cache-control": "no-store" } });
	});
}

/** Runs a handler for who may; every error becomes `{error: {code, message, mend?}}`, here and nowhere else. */
export function guarded(action: Action, run: (request: Request, params: Record<string, unknown>) => Promise<Response>): Route {
	return async (request, context) => {
		try {
			const role = await roleOf(request);
			if (!isAllowed(action, role)) {
				throw role === "nobody"
					? new AppError("signed-out", "This needs a session.", {
							kind: "unauthenticated",
							mend: "Open the owner's address that npm start printed.",
						})
					: new AppError("forbidden", "This session may not do that.", { kind: "forbidden" });
			}
			return await run(request, await context.params);
		} catch (error) {
			const away = error instanceof AppError && error.code === "engine-down";
			if (away && asksForEvents(request.headers.get("accept"))) {
				return new Response(passingFailure(toErrorBody(error)), { headers: eventStreamHeaders });
			}
			const status = away ? 503 : statuses[errorKind(error)];
			return Response.json({ error: toErrorBody(error) }, { status, headers: { "cache-control": "no-store" } });
		}
	};
}

async function roleOf(request: Request): Promise<Role> {
	const session = readSessionCookie(request.headers.get("cookie") ?? undefined, readEnv().port);
	return session ? ((await engine().call("auth.session", { session }))?.role ?? "nobody") : "nobody";
}

async function readBody(request: Request): Promise<object> {
	const text = await request.text();
	if (text.length > maxBodyBytes) throw new AppError("body-too-large", "The request is too large.", { kind: "invalid" });
	if (text === "") return {};
	try {
		return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
	} catch (cause) {
		throw new AppError("bad-body", "The request's body is not a JSON object.", { kind: "invalid", cause });
	}
}

function parse(schema: z.ZodType, value: unknown): unknown {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw new AppError("bad-input", z.prettifyError(parsed.error), { kind: "invalid" });
}
