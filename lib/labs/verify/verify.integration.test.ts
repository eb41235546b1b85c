import { existsSync } from "node:fs";
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
import { mutantsOf } from "./mutants.ts";
import type { Proof } from "./plan-runs.ts";
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

/** What a reader needs of a run that did not come out as it should. */
const inWords = ({ kind, name, expected, verdict }: ProofRun) => ({ run: `${kind} ${name}`, expected, verdict });

/**
 * Of the variants that the ledger (scripts/prove) has, a sample of one is proven again, another each day: what the ledger
 * says must still be so. Before there is a ledger it is one that is known to hold. FAULTLINE_PROOF_DAY names a day of the past.
 */
const day = Number(process.env.FAULTLINE_PROOF_DAY ?? Math.floor(Date.now() / 86_400_000));
const all = catalogue.slugs().flatMap((slug) => catalogue.seeds(slug).map((seed) => ({ slug, seed })));
const variants = existsSync(join(scenariosDirectory, "proofs.json"))
	? all
	: all.filter(({ slug }) => slug === "broken-selector").slice(0, 1);
const variant = variants[day % variants.length] ?? { slug: "", seed: 1 };
const turn = <T>(list: readonly T[]): T[] => (list.length > 0 ? [list[day % list.length] as T] : []);

/** A fix with its first two mutants and its end, and a wrong fix. */
function sample({ instance, fixes }: Proof): Proof {
	const chosen = turn(fixes).map(({ script }) => {
		const { chained, apart } = mutantsOf(instance, script);
		const made = chained.filter(({ outcome }) => outcome === "repair");
		return { script, chained: [...turn(made), ...chained.filter(({ outcome }) => outcome === "fault")], apart: turn(apart) };
	});
	return { instance, fixes: chosen, wrong: turn(instance.wrong) };
}

test(`${variant.slug} (seed ${variant.seed}) still proves, by a sample`, { timeout: timeoutMs }, async () => {
	const options = { slugs: [], only: [variant], choose: sample, signal: AbortSignal.timeout(timeoutMs), clock: systemClock, log };
	const reports: ProofReport[] = [];
	for await (const item of verify(provider, catalogue, options)) if ("report" in item) reports.push(item.report);
	const runs = reports[0]?.runs ?? [];
	expect(runs.filter(({ ok }) => !ok).map(inWords)).toEqual([]);
	expect(runs.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["baseline", "fault", "fix", "mutant", "wrong"]));
	expect(runs.filter(({ kind }) => kind === "mutant").length).toBeGreaterThanOrEqual(2);
});

test("a proof that is cancelled leaves nothing behind", { timeout: timeoutMs }, async () => {
	const leaving = new AbortController();
	const slug = catalogue.slugs()[0] ?? "";
	const proof = (async () => {
		for await (const item of verify(provider, catalogue, { slugs: [slug], seeds: [1], signal: leaving.signal, clock: systemClock, log })) {
			if ("report" in item) throw new Error("it was not cancelled");
		}
	})();
	// Once something of the lab is there to be left behind.
	const rejected = expect(proof).rejects.toThrow("left");
	await expect.poll(() => provider.list(), { timeout: 120_000 }).toHaveLength(1);
	leaving.abort(new Error("left"));
	await rejected;
	expect(await provider.list()).toEqual([]);
});
