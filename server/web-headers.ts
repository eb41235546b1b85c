const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:|$)/i;

/**
 * The headers that every answer carries.
 * @param nonce of this answer's own inline scripts
 * @param host as the browser wrote it, checked already: WebSockets of this page's own host
 */
export function securityHeaders({ nonce, host, secure }: { nonce: string; host: string; secure: boolean }): Record<string, string> {
	const policy = [
		"default-src 'self'",
		`script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
		// xterm and React write inline styles; styles can't read anything here.
		"style-src 'self' 'unsafe-inline'",
		"img-src 'self' data: blob:",
		"font-src 'self' data:",
		`connect-src 'self' ${secure ? "wss" : "ws"}://${host}`,
		"object-src 'none'",
		"frame-src 'none'",
		"frame-ancestors 'none'",
		"base-uri 'none'",
		"form-action 'self'",
	];
	return {
		"content-security-policy": policy.join("; "),
		// Over plain http browsers take it from this machine only, and complain of it from elsewhere.
		...(secure || loopback.test(host) ? { "cross-origin-opener-policy": "same-origin" } : {}),
		"cross-origin-resource-policy": "same-origin",
		"permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
		"referrer-policy": "no-referrer",
		"x-content-type-options": "nosniff",
		"x-frame-options": "DENY",
		...(secure ? { "strict-transport-security": "max-age=31536000" } : {}),
	};
}
