import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { landedLedger } from "../../../scripts/prove/landed-ledger.ts";
import { ledger } from "../../../scripts/prove/ledger.ts";
import { disagreeing, provedAgain } from "../../../scripts/prove/proved-again.ts";
import { systemClock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { createLogger } from "../../core/log.ts";
import type { ProofRun } from "../../protocol/scenario.ts";
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
/** Of one variant, against hanging: it takes two to four minutes, at a load of 90 on two cores nine. */
const timeoutMs = 20 * 60_000;

afterAll(async () => {
	await provider.close();
	await rm(dataDir, { recursive: true, force: true });
});

/**
 * What the ledger (scripts/prove) says must still be so: of what has changed in it since it last landed, and of one variant
 * more each day, a sample is proven again. FAULTLINE_PROOF_DAY names a day of the past, FAULTLINE_PROOF_BASE a commit to
 * compare with.
 */
const day = Number(process.env.FAULTLINE_PROOF_DAY ?? Math.floor(Date.now() / 86_400_000));
const proofs = ledger.parse(JSON.parse(await readFile(join(scenariosDirectory, "proofs.json"), "utf8")));
const landed = await landedLedger(join(scenariosDirectory, ".."), process.env.FAULTLINE_PROOF_BASE);
const variants = catalogue.slugs().flatMap((slug) => catalogue.seeds(slug).map((seed) => ({ slug, seed })));
const again = provedAgain(variants, proofs, landed.proofs, day);
const title = again.map(({ slug, seed, why }) => `${slug} (seed ${seed}, ${why})`).join(", ");
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

const againMs = again.length * timeoutMs;
test(`still proves, by a sample, changes since ${landed.since}: ${title}`, { timeout: againMs }, async () => {
	const only = again.map(({ slug, seed }) => ({ slug, seed }));
	const options = { slugs: [], only, jobs: 2, choose: sample, signal: AbortSignal.timeout(againMs), clock: systemClock, log };
	const runs: ProofRun[] = [];
	for await (const item of verify(provider, catalogue, options)) if ("run" in item) runs.push(item.run);
	expect(only).not.toEqual([]);
	for (const { slug, seed } of only) {
		const own = runs.filter((run) => run.slug === slug && run.seed === seed);
		expect(disagreeing(proofs[slug]?.[seed], own), `${slug} (seed ${seed})`).toEqual([]);
		expect(own.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["baseline", "fault", "fix", "mutant", "wrong"]));
		expect(own.filter(({ kind }) => kind === "mutant").length).toBeGreaterThanOrEqual(2);
	}
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
