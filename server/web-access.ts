import type { IncomingMessage } from "node:http";
import { type Action, isAllowed, type Role } from "../lib/auth/authorisation.ts";
import type { OriginPolicy } from "../lib/auth/origin-policy.ts";
import { readSessionCookie } from "../lib/auth/session-cookie.ts";
import { AppError } from "../lib/core/errors.ts";
import type { EngineClient } from "../lib/protocol/client.ts";

/** Who may come in: Host, Origin and session of a request, before anything else looks at it. */
export interface WebAccess {
	/** @throws AppError `wrong-host` or, for writes and upgrades, `wrong-origin` */
	checkOrigin(request: IncomingMessage, options: { upgrade: boolean }): void;
	/** @throws AppError `signed-out`, `forbidden` or `engine-down` */
	checkRole(request: IncomingMessage, action: Action): Promise<Role>;
}

export function createWebAccess({ policy, engine, port }: { policy: OriginPolicy; engine: EngineClient; port: number }): WebAccess {
	return {
		checkOrigin(request, { upgrade }) {
			const { host, origin } = request.headers;
			if (!policy.allowsHost(host)) {
				throw new AppError("wrong-host", `Faultline does not answer to the name ${JSON.stringify(host ?? "")}.`, {
					kind: "forbidden",
					mend: `FAULTLINE_ORIGINS=http://${host ?? "<name>"} npm start`,
				});
			}
			const reads = request.method === "GET" || request.method === "HEAD";
			if ((upgrade || !reads) && !policy.allowsOrigin(origin, host)) {
				throw new AppError("wrong-origin", `A page of ${JSON.stringify(origin ?? "nowhere")} may not do this.`, { kind: "forbidden" });
			}
		},
		async checkRole(request, action) {
			// What everybody may do needs no engine.
			if (isAllowed(action, "nobody")) return "nobody";
			const session = readSessionCookie(request.headers.cookie, port);
			const role = session ? ((await engine.call("auth.session", { session }))?.role ?? "nobody") : "nobody";
			if (isAllowed(action, role)) return role;
			if (role !== "nobody") throw new AppError("forbidden", "This session may not do that.", { kind: "forbidden" });
			throw new AppError("signed-out", "This needs a session.", {
				kind: "unauthenticated",
				mend: "Open the owner's address that npm start printed.",
			});
		},
	};
}
