import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { createLogger } from "../../core/log.ts";
import type { ProofReport, ProofRun } from "../../protocol/scenario.ts";
import { createKindProvider } from "../../providers/kind/kind-provider.ts";
import { testHost } from "../../providers/kind/testing/test-host.ts";
import { loadCatalogue } from "../../scenarios/catalogue.ts";
import { scenariosDirectory } from "../../scenarios/test-support/copies.ts";
import { verify } from "./verify.ts";

const host = await testHost();
const dataDir = await mkdtemp(join(tmpdir(), "faultline-verify-"));
const log = createLogger("test", process.env.FAULTLINE_LOG ?? "warn");
const provider = createKindProvider({ dataDir, instanceId: process.env.FAULTLINE_INSTANCE ?? newId(), host, log, clock: systemClock });
const catalogue = await loadCatalogue(scenariosDirectory);
const timeoutMs = 20 * 60_000;

afterAll(async () => {
	await provider.close();
	await rm(dataDir, { recursive: true, force: true });
});

async function prove(slug: string, seeds: number[], signal: AbortSignal): Promise<ProofReport> {
	for await (const item of verify(provider, catalogue, { slugs: [slug], seeds, signal, clock: systemClock, log })) {
		if ("report" in item) return item.report;
	}
	throw new Error("no report");
}

/** What a reader needs of a run that did not come out as it should. */
const inWords = ({ kind, name, expected, verdict }: ProofRun) => ({ run: `${kind} ${name}`, expected, verdict });

// Side by side: a proof waits for rollouts most of the time.
test.concurrent.for(catalogue.slugs())("%s is proven on a real cluster", { timeout: timeoutMs }, async (slug, { expect }) => {
	const report = await prove(slug, catalogue.seeds(slug).slice(0, 1), AbortSignal.timeout(timeoutMs));
	expect(report.runs.filter(({ ok }) => !ok).map(inWords)).toEqual([]);
	const kinds = report.runs.map(({ kind }) => kind);
	expect(kinds.slice(0, 2)).toEqual(["baseline", "fault"]);
	expect(kinds.filter((kind) => kind === "fix").length).toBeGreaterThanOrEqual(2);
	expect(kinds.filter((kind) => kind === "wrong").length).toBeGreaterThanOrEqual(2);
});

test("a proof that is cancelled leaves nothing behind", { timeout: timeoutMs }, async () => {
	const leaving = new AbortController();
	const slug = catalogue.slugs()[0] ?? "";
	const proof = (async () => {
		for await (const item of verify(provider, catalogue, { slugs: [slug], seeds: [1], signal: leaving.signal, clock: systemClock, log })) {
			if ("step" in item && item.step.endsWith("baseline")) leaving.abort(new Error("left"));
		}
	})();
	await expect(proof).rejects.toThrow("left");
	expect(await provider.list()).toEqual([]);
});
