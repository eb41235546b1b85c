import { join } from "node:path";
import { expect, test } from "vitest";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { createLogger } from "../core/log.ts";
import type { ClusterSpec, Contents, LabProvider, Prepared } from "../providers/provider.ts";
import { loadCatalogue } from "../scenarios/catalogue.ts";
import type { ScenarioSteps } from "./bring-up.ts";
import { canStartBroken } from "./contents.ts";
import { prepareAhead, shapesByUse, wantedAhead } from "./prepare-ahead.ts";

const one: ClusterSpec = { nodes: 1, kubeProxyMode: "nftables", dnsReplicas: 1, addons: [] };
const two = { ...one, nodes: 2 };
const log = createLogger("test", "silent");

const contents = (key: string): Contents => ({ key, access: {} as Contents["access"], files: {}, fill: async () => {} });

interface Run {
	wanted?: Prepared[];
	/** What each making comes to, in order; then all go well. */
	answers?: (Error | undefined)[];
	/** For so many rounds. */
	rounds?: number;
	/** What each look at the memory finds, in order; then there is enough. */
	room?: boolean[];
	/** The same, where what is being made is left alone. */
	hasRoomFor?: boolean[];
	signal?: AbortSignal;
}

/** Runs over a provider that forgets nothing that was made, and says what was asked of it and for how long it slept. */
async function run({ wanted = [{ cluster: one }, { cluster: two }], answers = [], rounds = 1, room = [], hasRoomFor = [], signal }: Run) {
	const ending = new AbortController();
	const asked: string[] = [];
	const slept: number[] = [];
	const made = new Set<Prepared>();
	const clock: Clock = {
		now: () => 0,
		async sleep(ms, woken) {
			// A look at the memory of what is being made comes only where a test wants one.
			if (ms === 5_000 && room.length === 0)
				return new Promise((_, reject) => woken?.addEventListener("abort", () => reject(woken.reason)));
			slept.push(ms);
		},
	};
	const provider: Pick<LabProvider, "prepare" | "toPrepare"> = {
		toPrepare: async (all) => all.filter((prepared) => !made.has(prepared)),
		async prepare(cluster, ended, held) {
			asked.push(`${cluster.nodes} ${held?.key ?? ""}`.trim());
			// Being made, until it is ended.
			if (room.length > 0) await new Promise((_, reject) => ended.addEventListener("abort", () => reject(new Error("killed"))));
			const answer = answers.shift();
			if (answer) throw answer;
			for (const prepared of wanted) if (prepared.cluster === cluster && prepared.contents === held) made.add(prepared);
		},
	};
	const onRound = () => {
		rounds -= 1;
		if (rounds === 0) ending.abort();
	};
	const hasRoom = async () => room.shift() ?? hasRoomFor.shift() ?? true;
	await prepareAhead({ provider, wanted, hasRoom, onRound, clock, log, signal: signal ?? ending.signal });
	return { asked, slept: slept.slice(0, -1) };
}

test("counts shapes without their add-ons, the most used first", () => {
	expect(shapesByUse([two, one, { ...one, addons: ["ingress"] }])).toEqual([one, two]);
});

test("wants every shape, then each scenario's first variant, broken, before anybody's second; none that must see its fault come", async () => {
	const catalogue = await loadCatalogue(join(import.meta.dirname, "..", "..", "scenarios"));
	const wanted = wantedAhead(catalogue, { steps: {} as ScenarioSteps, madeOf: "" });
	const shapes = wanted.filter(({ contents }) => !contents);
	expect(wanted.slice(0, shapes.length)).toEqual(shapes);
	const keys = wanted.flatMap(({ contents }) => contents?.key ?? []);
	expect(new Set(keys).size).toBe(keys.length);
	const able = catalogue.list().filter(({ slug, seeds }) => canStartBroken(catalogue.instantiate(slug, seeds[0])));
	expect(keys.length).toBe(able.reduce((sum, { seeds }) => sum + seeds.length, 0));
	const namespaces = wanted.slice(shapes.length).map(({ contents }) => contents?.access.namespaces[0]);
	expect(namespaces.slice(0, able.length)).toEqual(able.map(({ slug, seeds }) => catalogue.instantiate(slug, seeds[0]).namespace));
});

const failed = () => new AppError("docker-failed", "no");

test("prepares one shape after the other", async () => {
	expect((await run({})).asked).toEqual(["1", "2"]);
});

test("waits while labs are being made, and asks again", async () => {
	const busy = () => new AppError("labs-come-first", "A lab is being made.", { retryable: true });
	expect(await run({ answers: [busy(), busy()] })).toEqual({ asked: ["1", "1", "1", "2"], slept: [30_000, 30_000] });
});

test("begins nothing for which there is no memory, and waits for it", async () => {
	expect(await run({ wanted: [{ cluster: one }], room: [false, false] })).toEqual({ asked: ["1"], slept: [30_000, 30_000] });
});

test("prepares what fits before it waits for the memory of what does not, and asks once for each shape in a round", async () => {
	const wanted = [{ cluster: two }, { cluster: { ...two }, contents: contents("a") }, { cluster: one }];
	// The look of the second round finds none for two nodes either.
	const { asked, slept } = await run({ wanted, hasRoomFor: [false, true, false] });
	expect(asked).toEqual(["1", "2", "2 a"]);
	expect(slept).toEqual([30_000, 30_000]);
});

test("what failed is not tried again sooner because others have no memory", async () => {
	expect(await run({ answers: [failed()], hasRoomFor: [true, false], rounds: 2 })).toEqual({
		asked: ["1", "1", "2"],
		slept: [20 * 60_000],
	});
});

test("gives up what is being made as soon as labs need its memory, and makes it later", async () => {
	expect(await run({ wanted: [{ cluster: one }], room: [true, true, false] })).toEqual({
		asked: ["1", "1"],
		slept: [5_000, 5_000, 30_000],
	});
});

test("goes on to the next shape where one can't be prepared", async () => {
	expect((await run({ answers: [failed()] })).asked).toEqual(["1", "2"]);
});

test("one slow moment costs no other variant its prepared cluster, and its own not for long", async () => {
	const wanted = ["a", "b", "c"].map((key) => ({ cluster: one, contents: contents(key) }));
	expect(await run({ wanted, answers: [failed()], rounds: 2 })).toEqual({ asked: ["1 a", "1 b", "1 c", "1 a"], slept: [20 * 60_000] });
});

test("tries no other contents where some can't be prepared one after another, but every shape; and none more than twice", async () => {
	const wanted = [...["a", "b", "c"].map((key) => ({ cluster: one, contents: contents(key) })), { cluster: two }];
	const { asked, slept } = await run({ wanted, answers: Array.from({ length: 20 }, failed), rounds: 4 });
	expect(asked).toEqual(["1 a", "1 b", "2", "1 a", "1 b", "2", "1 c", "1 c"]);
	expect(slept).toEqual([20, 40, 80].map((minutes) => minutes * 60_000));
});

test("tries nothing more where the disk is full, and looks again later", async () => {
	const full = new AppError("prepared-full", "Prepared clusters take 1024 MiB.");
	expect((await run({ answers: [full], rounds: 2 })).asked).toEqual(["1", "1", "2"]);
});

test("asks for nothing once it has been ended", async () => {
	expect((await run({ signal: AbortSignal.abort() })).asked).toEqual([]);
});
