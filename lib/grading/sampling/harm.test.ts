import { expect, test } from "vitest";
import { sampling } from "../../scenarios/check-schema.ts";
import { mostPerSecond } from "../evaluate.ts";
import { eagerPerSecond } from "../live-objective.ts";

// Defaults of the kernel (Documentation/networking/nf_conntrack-sysctl.rst), in seconds; a closed TCP connection and one
// that nobody answers stay longest. A lookup is one exchange: no "stream", which would stay 120 s.
const tcpS = 120;
const udpS = 30;
/** The kernel's own limit on a host with more than 4 GiB; kind leaves it (`conntrack.maxPerCore: 0`). */
const mostTracked = 262_144;

/** A name that walks the search list of a pod: itself and three suffixes, A and AAAA each, from a socket each. */
const lookups = 8;
const heldPerSample = {
	/** A truncated answer is asked for again over TCP. */
	"raw-query": udpS + tcpS,
	"new-connection": tcpS + lookups * udpS,
	/** In through an ingress, on to the application, and from there to its backend: two of them find the next by name. */
	"application-request": 3 * tcpS + 2 * lookups * udpS,
};

/** Connections that a node tracks once the pace has been kept for as long as any entry stays (Little's law). */
const tracked = (perSecond: number, unit: keyof typeof heldPerSample) => perSecond * heldPerSample[unit];

test("the fastest sampling that a scenario can ask for, beside live checks, fills a fifth of a node's table at most", () => {
	const allowed = mostPerSecond + eagerPerSecond;
	for (const unit of sampling.shape.unit.options) expect(tracked(allowed, unit)).toBeLessThan(mostTracked / 5);
});

test("sampling as scenarios do by default fills a hundredth with lookups", () => {
	const { perSecond } = sampling.parse({ p0: 0.01, p1: 0.2, unit: "raw-query" });
	// Answers that fit a datagram: no TCP.
	expect((perSecond + eagerPerSecond) * udpS).toBeLessThan(mostTracked / 100);
});

test("no scenario may ask for more than all checks of a lab share", () => {
	expect(sampling.safeParse({ p0: 0.01, p1: 0.2, unit: "raw-query", perSecond: mostPerSecond }).success).toBe(true);
	expect(sampling.safeParse({ p0: 0.01, p1: 0.2, unit: "raw-query", perSecond: mostPerSecond + 1 }).success).toBe(false);
});
