/**
 * Which names Faultline answers to. A page of another site can make a browser send requests here (also after its own
 * name was pointed at a loopback address: DNS rebinding), but it can't choose the Host and Origin that go with them.
 */
export interface OriginPolicy {
	/** Whether a request with this Host header is meant for us. */
	allowsHost(host: string | undefined): boolean;
	/** Whether this Origin is a page of ours, seen under this Host: for every write and every WebSocket. */
	allowsOrigin(origin: string | undefined, host: string | undefined): boolean;
	/** Whether browsers reach this Host by https. */
	isSecure(host: string | undefined): boolean;
}

export interface OriginPolicyOptions {
	/** The address that is listened on. */
	host: string;
	port: number;
	/** Further origins by which browsers come: `https://labs.example.org`. */
	origins: readonly string[];
}

/** Names of this machine itself that no name server answers for. */
const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
const wildcards = new Set(["0.0.0.0", "[::]"]);

export function createOriginPolicy({ host, port, origins }: OriginPolicyOptions): OriginPolicy {
	const further = origins.flatMap((origin) => parseOrigin(origin) ?? []);
	const bound = parseHost(host.includes(":") && !host.startsWith("[") ? `[${host}]` : host)?.name;

	/** Reached by plain http under a name of this machine. */
	function isOwn(name: string, hostPort: string): boolean {
		// Any port: ssh and the like forward another one. Pages on other ports are told apart by their Origin.
		if (loopback.has(name)) return true;
		return bound !== undefined && !wildcards.has(bound) && name === bound && Number(hostPort || 80) === port;
	}

	function furtherFor(header: string | undefined): URL[] {
		return further.filter((origin) => {
			const parsed = parseHost(header);
			return parsed !== undefined && origin.hostname === parsed.name && portOf(origin) === (parsed.port || defaultPort(origin.protocol));
		});
	}

	function allowsHost(header: string | undefined): boolean {
		const parsed = parseHost(header);
		return parsed !== undefined && (isOwn(parsed.name, parsed.port) || furtherFor(header).length > 0);
	}

	return {
		allowsHost,
		allowsOrigin(header, hostHeader) {
			const origin = parseOrigin(header);
			const parsed = parseHost(hostHeader);
			if (!origin || !parsed) return false;
			if (furtherFor(hostHeader).some((one) => one.origin === origin.origin)) return true;
			const own = isOwn(parsed.name, parsed.port) && origin.protocol === "http:";
			return own && origin.hostname === parsed.name && portOf(origin) === (parsed.port || "80");
		},
		isSecure: (header) => furtherFor(header).some((origin) => origin.protocol === "https:"),
	};
}

/** A Host header in its parts, lower case, IPv6 addresses in brackets and in their short form. */
function parseHost(header: string | undefined): { name: string; port: string } | undefined {
	// Nothing but a name or address and a port: no user, path or list, which a URL would swallow.
	const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?$/i.exec(header ?? "");
	if (!match) return undefined;
	try {
		const name = new URL(`http://${match[1]}`).hostname;
		const port = match[2] === undefined ? "" : String(Number(match[2]));
		// Addresses in odd notations (0x7f.1, 127.1) are what no browser sends.
		return match[1]?.startsWith("[") || name === match[1]?.toLowerCase() ? { name, port } : undefined;
	} catch {
		return undefined;
	}
}

/** An Origin header; undefined for `null`, for what has a path, and for other schemes. */
function parseOrigin(header: string | undefined): URL | undefined {
	if (!header || !/^https?:\/\/[^/?#@\\\s]+\/?$/i.test(header)) return undefined;
	try {
		return new URL(header);
	} catch {
		return undefined;
	}
}

function portOf(url: URL): string {
	return url.port || defaultPort(url.protocol);
}

function defaultPort(protocol: string): string {
	return protocol === "https:" ? "443" : "80";
}
