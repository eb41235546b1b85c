import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createOwnerSessions } from "#lib/auth/owner-sessions.ts";
import { systemClock } from "#lib/core/clock.ts";
import { createCpuLoad } from "#lib/core/cpu-load.ts";
import { readEnv } from "#lib/core/env.ts";
import { AppError } from "#lib/core/errors.ts";
import { type IngressAddon, readHostManifest } from "#lib/core/host.ts";
import { newId } from "#lib/core/ids.ts";
import { createLogger } from "#lib/core/log.ts";
import { createGrader } from "#lib/grading/grade.ts";
import { prepareAhead, wantedAhead } from "#lib/labs/prepare-ahead.ts";
import { startsAtOnce } from "#lib/labs/queue.ts";
import { createLabService } from "#lib/labs/service.ts";
import { reproveFault } from "#lib/labs/steps/reprove.ts";
import { scenarioSteps } from "#lib/labs/steps/scenario-steps.ts";
import { verify } from "#lib/labs/verify/verify.ts";
import { createProtocolServer } from "#lib/protocol/server.ts";
import { createKindProvider } from "#lib/providers/kind/kind-provider.ts";
import type { LabProvider, StepContext } from "#lib/providers/provider.ts";
import { loadCatalogue } from "#lib/scenarios/catalogue.ts";
import { startLater } from "#lib/setup/start-later.ts";
import { waitForIngress } from "#lib/setup/wait-for-ingress.ts";
import { openDatabase } from "#lib/store/database.ts";
import { takeInstanceLock } from "#lib/store/instance-lock.ts";
import { createLabStore } from "#lib/store/lab-store.ts";
import { createOwnerSessionStore } from "#lib/store/owner-session-store.ts";
import { createTimelineStore } from "#lib/store/timeline-store.ts";
import { createTerminals } from "#lib/terminal/terminals.ts";
import { createTimeline } from "#lib/timeline/timeline.ts";
import packageJson from "../package.json" with { type: "json" };

// Wiring only: which room gets which. One engine a data directory; everything it knows survives it.
const env = readEnv();
const clock = systemClock;
const log = createLogger("engine", env.logLevel);
const takeUpEveryMs = 10_000;
// A prepared cluster takes about a minute, and there is one for each variant; somebody may have a lab open all day.
const prepareFirstMs = 5 * 60_000;
// Removing a cluster takes 3 to 8 s; whoever ends the engine by a signal kills it after 30 s.
const proofsEndMs = 20_000;
// Shared by instances, as all that is addressed by its content.
const golden = env.clones ? { goldenDir: join(env.cacheDir, "golden"), goldenLimitBytes: env.clonesBytes } : {};
const grantsDir = join(env.cacheDir, "grants");
const { memoryBytes } = env;
const inData = (...names: string[]) => join(env.dataDir, ...names);

mkdirSync(env.dataDir, { recursive: true, mode: 0o700 });
const releaseLock = takeInstanceLock(inData("engine.lock"));
const instanceId = readInstanceId();
const database = await openDatabase(inData("faultline.db"));
const timeline = createTimeline({ store: createTimelineStore(database), clock });
const sessions = createOwnerSessions({ store: createOwnerSessionStore(database), clock });
const catalogue = await loadCatalogue(join(import.meta.dirname, "..", "scenarios"));

// Made when first needed: the catalogue and its checks work on a host that is not set up.
let making: Promise<LabProvider> | undefined;
async function provider(): Promise<LabProvider> {
	making ??= readHostManifest(env.dataDir).then((host) =>
		createKindProvider({
			dataDir: env.dataDir,
			instanceId,
			host,
			workstationImage,
			ingressAddon,
			...golden,
			grantsDir,
			memoryBytes,
			log,
			clock,
		}),
	);
	making.catch(() => {
		making = undefined;
	});
	return making;
}

async function workstationImage(): Promise<string> {
	return (await readHostManifest(env.dataDir)).images.workstation;
}

/** For labs with an ingress or a gateway: waits where set-up still makes it, and starts that where it does not run. */
function ingressAddon({ signal, onStep }: StepContext): Promise<IngressAddon> {
	const start = () => startLater({ root: join(import.meta.dirname, ".."), dataDir: env.dataDir });
	return waitForIngress({ dataDir: env.dataDir, start, clock, signal, onStep });
}

const terminals = createTerminals({
	dataDir: env.dataDir,
	clock,
	log,
	environmentOf: (labId) => labs.environmentOf(labId),
	onUse: (labId, use) => labs.noteTerminal(labId, use),
	onEvent: (labId, { kind, shell }) => {
		labs.noteShell(labId, `${shell.title} ${kind}`).catch((error) => log.error({ err: error }, "an event is missing in the timeline"));
	},
});

const labs = createLabService({
	...{ provider, catalogue, timeline, clock, log, createGrader },
	store: createLabStore(database),
	steps: scenarioSteps,
	reproveFault: (environment, scenario, context) => reproveFault(environment, scenario, context, clock),
	shellsOf: terminals.list,
	// A start that was begun twice opens one shell.
	openShell: (labId) => void (terminals.list(labId).length === 0 && terminals.open(labId)),
	endShells: terminals.endLab,
	idleRestMs: env.idleRestMs,
	host: { cpus: availableParallelism(), busyCpus: createCpuLoad() },
	limits: { labsPerPerson: env.labsPerPerson, startsAtOnce: startsAtOnce(availableParallelism()) },
	urlOf: (labId) => {
		const origin = webOrigin();
		return origin && `${origin}/labs/${labId}`;
	},
});

/** Another one where an end with destroy has failed: the engine lives on then. */
let stopping = new AbortController();
const engineStops = new AppError("engine-stops", "The engine is stopping.", {
	kind: "conflict",
	retryable: true,
	mend: "npm start, then again.",
});
/** What is being made before anybody asks for it: ends soon after `stopping`. */
let ahead: Promise<void> = Promise.resolve();
let takingUp: Promise<void> = Promise.resolve();
/** Proofs under way: each removes its clusters before it ends. */
const proofs = new Set<Promise<void>>();
const server = createProtocolServer({
	onError: (error, what) => log.error({ err: error, what }, "a call failed"),
	onUpgrade: terminals.handleUpgrade,
	calls: {
		"engine.info": async () => ({
			instanceId,
			pid: process.pid,
			version: packageJson.version,
			dataDir: env.dataDir,
			...(await describeProvider()),
		}),
		"engine.stop": async ({ destroy }) => {
			stopping.abort(engineStops);
			await Promise.all([ahead, proofsEnd()]);
			await labs.close({ destroy }).catch((error) => {
				liveOn();
				throw error;
			});
			setImmediate(() => void end());
			return {};
		},
		"auth.invite": () => sessions.invite(),
		"auth.redeem": ({ token }) => sessions.redeem(token),
		"auth.session": ({ session }) => sessions.session(session),
		"scenario.list": () => labs.scenarios(),
		"scenario.lint": ({ slugs }) => catalogue.lint(slugs),
		"lab.start": ({ scenario, seed, person }) => labs.start(scenario, seed, person),
		"lab.list": () => labs.list(),
		"lab.get": ({ id }) => labs.get(id),
		"lab.grade": ({ id }) => labs.grade(id),
		"lab.reset": ({ id }) => labs.reset(id),
		"lab.stop": ({ id }) => labs.stop(id),
		"lab.wake": ({ id }) => labs.wake(id),
		"lab.extend": ({ id }) => labs.extend(id),
		"lab.hint": ({ id }) => labs.hint(id),
		"lab.reveal": ({ id }) => labs.reveal(id),
		"lab.exec": ({ id, command, stdin, timeoutMs }, signal) => labs.exec(id, command, { stdin, timeoutMs, signal }),
		"lab.timeline": ({ id, after }) => labs.timeline(id, after),
		"shell.open": ({ id }) =>
			labs.awake(id, async () => {
				await labs.mustBeUsable(id);
				return terminals.open(id);
			}),
		"shell.close": async ({ id, shell }) => {
			await labs.awake(id, () => terminals.close(id, shell));
			return {};
		},
		"shell.ticket": async ({ id, shell }) => ({ ticket: terminals.ticket(id, shell) }),
	},
	streams: {
		"lab.watch": ({ id }, signal) => labs.watch(id, signal),
		"labs.watch": (_input, signal) => labs.watchAll(signal),
		"scenario.verify": async function* (wanted, signal) {
			// Its clusters have no record: one that is there when the engine looks around is taken for a stray.
			await labs.reconcile();
			const ended = Promise.withResolvers<void>();
			proofs.add(ended.promise);
			try {
				yield* verify(await provider(), catalogue, { ...wanted, signal: AbortSignal.any([signal, stopping.signal]), clock, log });
			} finally {
				proofs.delete(ended.promise);
				ended.resolve();
			}
		},
	},
});

// The lock is ours, so a socket that is still there was left by an engine that was killed.
rmSync(inData("engine.sock"), { force: true });
await new Promise<void>((resolve) => server.listen(inData("engine.sock"), resolve));
chmodSync(inData("engine.sock"), 0o600);
log.info({ instanceId, dataDir: env.dataDir }, "the engine serves");

takingUp = takeUp(stopping.signal);

for (const name of ["SIGINT", "SIGTERM"] as const) {
	process.once(name, () => {
		stopping.abort(engineStops);
		Promise.all([ahead, proofsEnd()])
			.then(() => labs.close({ destroy: false }))
			.catch((error) => log.error({ err: error }, "labs could not be put to rest"))
			.finally(end);
	});
}

/** Takes up what an earlier engine has left, as soon as Docker answers, and only then takes back what is over. */
async function takeUp(signal: AbortSignal): Promise<void> {
	for (let told = false; !signal.aborted; told = true) {
		try {
			await labs.reconcile();
			ahead = makeAhead(signal);
			await Promise.all([labs.queue.keep(signal), labs.reap(signal)]);
			return;
		} catch (error) {
			if (!told) log.warn({ err: error }, "labs are taken up once the host is set up and Docker answers");
			await clock.sleep(takeUpEveryMs, signal).catch(() => {});
		}
	}
}

/** After an end that has failed: whoever waits gets a turn again, and what could not be removed is tried again. */
function liveOn(): void {
	stopping.abort(engineStops);
	stopping = new AbortController();
	const { signal } = stopping;
	takingUp = takingUp.then(() => takeUp(signal));
}

/** What later starts are quick by: prepared clusters, then labs of the pool. */
async function makeAhead(signal: AbortSignal): Promise<void> {
	const tried = Promise.withResolvers<void>();
	const prepared = prepare(tried.resolve, signal)
		.catch((error) => log.warn({ err: error }, "no cluster is ready to be cloned"))
		.finally(tried.resolve);
	// The pool's labs are clones too, and would keep the others from being prepared.
	await Promise.race([tried.promise, clock.sleep(prepareFirstMs, signal)]).catch(() => {});
	if (env.pool) await labs.pool.keep(signal);
	await prepared;
}

/** Has clusters of every shape and variant in the catalogue ready to be cloned, as soon as nobody waits for a lab. */
async function prepare(onRound: () => void, signal: AbortSignal): Promise<void> {
	const made = await provider();
	const wanted = wantedAhead(catalogue, { steps: scenarioSteps, madeOf: made.madeOf });
	await prepareAhead({ provider: made, wanted, hasRoom: labs.pool.hasRoom, onRound, clock, log, signal });
}

/** One whose reader listens no more is not waited for: what it leaves is removed as a stray. */
async function proofsEnd(): Promise<void> {
	const waiting = new AbortController();
	await Promise.race([Promise.all(proofs), clock.sleep(proofsEndMs, waiting.signal).catch(() => {})]);
	waiting.abort();
}

async function end(): Promise<void> {
	stopping.abort(engineStops);
	server.close();
	server.closeAllConnections();
	terminals.shutdown();
	await (await making)?.close();
	await database.destroy();
	rmSync(inData("engine.sock"), { force: true });
	releaseLock();
	process.exit(0);
}

function readInstanceId(): string {
	const file = inData("instance");
	if (!existsSync(file)) writeFileSync(file, `${newId()}\n`, { mode: 0o600, flag: "wx" });
	return readFileSync(file, "utf8").trim();
}

/** Where the web serves: it writes this file when it begins. */
function webOrigin(): string | null {
	const file = inData("web.origin");
	return existsSync(file) ? readFileSync(file, "utf8").trim() : null;
}

async function describeProvider(): Promise<{ provider: string; kubernetesVersion: string }> {
	try {
		const { description, kubernetesVersion } = await (await provider()).status();
		return { provider: description, kubernetesVersion };
	} catch {
		return { provider: "not set up", kubernetesVersion: "" };
	}
}
