/**
 * The cookie that carries a session's secret. Its name has the port: browsers share cookies between ports of one host,
 * and two instances must not sign each other out.
 */
export function sessionCookieName(port: number): string {
	return `faultline-session-${port}`;
}

/** The shape of a secret (newSecret of lib/core/ids.ts); nothing else is worth asking the engine about. */
const secretPattern = /^[A-Za-z0-9]{43}$/;

/** The session's secret in a `Cookie` header; undefined where there is none of the right shape. */
export function readSessionCookie(header: string | undefined, port: number): string | undefined {
	const name = sessionCookieName(port);
	for (const part of (header ?? "").split(";")) {
		const at = part.indexOf("=");
		if (at < 0 || part.slice(0, at).trim() !== name) continue;
		const value = part.slice(at + 1).trim();
		if (secretPattern.test(value)) return value;
	}
	return undefined;
}

export interface SessionCookie {
	session: string;
	/** Milliseconds since the epoch. The engine ends the session then, whatever the browser keeps. */
	expiresAt: number;
	port: number;
	/** The browser came by https. */
	secure: boolean;
}

/** A `Set-Cookie` header: out of reach of scripts, and never sent along from another site. */
export function writeSessionCookie({ session, expiresAt, port, secure }: SessionCookie): string {
	const parts = [
		`${sessionCookieName(port)}=${session}`,
		"Path=/",
		"HttpOnly",
		"SameSite=Strict",
		`Expires=${new Date(expiresAt).toUTCString()}`,
	];
	return (secure ? [...parts, "Secure"] : parts).join("; ");
}
