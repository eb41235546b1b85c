import type { Allocation } from "../../lib/labs/plan/allocate.ts";
import { chooseMember } from "../../lib/labs/plan/choose-member.ts";
import { type Announcement, countStart, emptyTally, expectDemand, type PathStep } from "../../lib/labs/plan/demand.ts";
import { begin, mostBytes, openBook, sumOf } from "../../lib/labs/plan/ledger.ts";
import { planPool } from "../../lib/labs/plan/plan-pool.ts";
import { planQueue } from "../../lib/labs/plan/plan-queue.ts";
import type { HostRoom, Member, PoolAction, PoolLine } from "../../lib/labs/plan/pool-types.ts";
import type { QueueRequest } from "../../lib/labs/plan/queue-types.ts";
import { createEventQueue } from "./event-queue.ts";
import { actionCosts, costsOf, labBytes, labCpus, type SimulatedHost, startCpus } from "./hosts.ts";
import type { Policy } from "./policies.ts";
import { assumed, type Population, type Visit } from "./population.ts";

export type Source = "hot" | "cold" | "clone";

export interface Start {
	kind: Visit["kind"];
	waitMs: number;
	/** The part of it that was spent in the queue. */
	queuedMs: number;
	source: Source;
}

export interface Course {
	starts: Start[];
	/** Members made, and those of them that were removed unclaimed. */
	made: number;
	unclaimed: number;
	/** Memory that unclaimed members held, over time. */
	unclaimedGibHours: number;
	/** Processor time of the pool: what learners' own starts cost is not in it. */
	poolCpuMs: number;
	/** Processor time of making the members that nobody claimed. */
	lostCpuMs: number;
	/** The most that labs and pool took together, of what the host has. */
	fullest: number;
}

type Happening =
	| { kind: "ask"; visit: Visit; step: number }
	| { kind: "ready"; lab: Lab }
	| { kind: "end"; lab: Lab }
	| { kind: "done"; member: string; what: PoolAction["do"] }
	| { kind: "plan" }
	| { kind: "tick" };

interface Lab {
	visit: Visit;
	step: number;
	readyAt: number;
	endsAt: number;
}

/** Demand is looked at anew this often, and the pool planned at most that often; at once where a learner waits for room. */
const [tickMs, planEveryMs] = [120_000, 5000];
const version = "1";
const rememberedStarts = 160;
/** What an engine might guess of a learner on a path: not the truth of the population, which it can't know. */
const guessed = { chance: 0.4, pauseMs: 5 * 60_000, useMs: 20 * 60_000 };
/** Announced at least so long ahead. */
const announcedMs = 24 * 3_600_000;

/** Plays a population's days on a host under a policy. Nothing in it is random: the population is. */
export function simulate(host: SimulatedHost, { scenarios, visits, gatherings }: Population, policy: Policy): Course {
	const events = createEventQueue<Happening>();
	const course: Course = { starts: [], made: 0, unclaimed: 0, unclaimedGibHours: 0, poolCpuMs: 0, lostCpuMs: 0, fullest: 0 };
	const costs = costsOf(host);
	const { limits, costs: toldCosts } = policy.told(host);
	const seedsOf = new Map(scenarios.map(({ slug, seeds }) => [slug, seeds]));
	const slugs = scenarios.map(({ slug }) => slug);
	const labs = new Set<Lab>();
	const pausing = new Map<string, { scenario: string; since: number }>();
	const coming = gatherings.map((gathering) => ({ ...gathering, left: gathering.people }));
	let queue: { request: QueueRequest; visit: Visit; step: number }[] = [];
	let members: readonly Member[] = [];
	let [tally, lastStarts, asked, now, memberCount, wantedBytes] = [emptyTally(0), [] as string[], 0, 0, 0, 0];
	let lines: PoolLine[] = [];
	let allocated: { lines: readonly PoolLine[]; roomBytes: number; allocation: Allocation } | undefined;
	let [plannedAt, nextPlanAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

	const countStarting = () => [...labs].filter(({ readyAt }) => readyAt > now).length;
	const hostRoom = (): HostRoom => {
		const starting = countStarting();
		return {
			...{ memoryBytes: host.memoryBytes, usedBytes: labs.size * labBytes, wantedBytes, swapBytes: host.swapBytes },
			...{ cpus: host.cpus, busyCpus: labs.size * labCpus + starting * startCpus, starting },
		};
	};
	/** Everything slows down alike when more processors are wanted than there are. */
	const slowed = (ms: number) => {
		const making = members.filter(({ tier, doing }) => tier === "creating" || doing === "renew").length;
		return ms * Math.max(1, (labs.size * labCpus + (countStarting() + making + 1) * startCpus) / host.cpus);
	};

	function look(): void {
		const steps: PathStep[] = [];
		if (policy.knows.paths) {
			for (const { visit, step, readyAt } of labs) {
				const next = visit.ahead[step];
				const meanMs = guessed.pauseMs + Math.max(guessed.pauseMs, readyAt + guessed.useMs - now);
				if (next) steps.push({ scenario: next, chance: guessed.chance, meanMs });
			}
			for (const [person, { scenario, since }] of pausing) {
				if (now - since > 3 * guessed.pauseMs) pausing.delete(person);
				else steps.push({ scenario, chance: guessed.chance, meanMs: guessed.pauseMs });
			}
		}
		const announcements = policy.knows.announcements ? coming.filter(({ left, startsAt }) => left > 0 && startsAt - now < announcedMs) : [];
		const demands = expectDemand(
			{ now, scenarios: slugs, times: { ...limits, makeMs: toldCosts.startMs } },
			tally,
			steps,
			announcements.map(
				({ scenario, startsAt, left }): Announcement => ({ scenario, seed: null, startsAt, people: left, showUp: assumed.showUp }),
			),
		);
		lines = demands.map((demand) => ({ ...demand, version, seeds: seedsOf.get(demand.scenario) ?? [1], costs: toldCosts }));
	}

	function plan(): void {
		plannedAt = now;
		const input = { now, host: hostRoom(), members, lines, limits };
		const roomBytes = input.host.usedBytes + wantedBytes;
		// What is allocated depends on the demand and the room alone.
		if (allocated?.lines !== lines || allocated.roomBytes !== roomBytes) {
			allocated = { lines, roomBytes, allocation: policy.allocate({ ...input, lastStarts }) };
		}
		const { actions } = planPool(input, allocated.allocation);
		for (const action of actions) {
			const before = members.length;
			members = begin(members, action, input);
			let member = action.do === "create" ? "" : action.member;
			if (members.length > before) {
				member = `member-${memberCount++}`;
				members = members.map((one, index) => (index === before ? { ...one, id: member } : one));
				course.made += 1;
			}
			course.poolCpuMs += actionCosts[action.do].cpuMs;
			events.put(now + slowed(actionCosts[action.do].ms), { kind: "done", member, what: action.do });
		}
		course.fullest = Math.max(course.fullest, (labs.size * labBytes + poolBytes()) / host.memoryBytes);
	}

	function finish(id: string, what: PoolAction["do"]): void {
		const member = members.find((one) => one.id === id);
		// Given to a learner, or evicted, before this was done.
		if (!member || (what === "create" ? member.doing !== null : member.doing !== what)) return;
		if (what === "evict") {
			members = members.filter((one) => one !== member);
			course.unclaimed += 1;
			course.lostCpuMs += actionCosts.create.cpuMs;
			course.unclaimedGibHours += ((now - member.madeAt) / 3_600_000) * (member.memoryBytes / 1024 ** 3);
			return;
		}
		const cold = what === "reclaim";
		const after: Member = {
			...{ ...member, doing: null, tier: what === "create" ? "ready" : cold ? "cold" : "hot" },
			memoryBytes: cold ? (costs.cold?.bytes ?? 0) : costs.hot.bytes,
			provenAt: what === "create" || what === "renew" ? now : member.provenAt,
		};
		members = members.map((one) => (one === member ? after : one));
	}

	function poolBytes(): number {
		return sumOf(members, mostBytes, openBook({ now, host: hostRoom(), members, lines, limits }));
	}

	const memberFor = (scenario: string) => chooseMember(members, { now, scenario, version, seed: null, had: [], ageMs: limits.ageMs });

	function serve(): void {
		wantedBytes = 0;
		if (queue.length === 0) return;
		const pool = poolBytes();
		const answers = planQueue({
			...{
				now,
				requests: queue.map(({ request, visit, step }) => ({ ...request, heldBytes: memberFor(slugOf(visit, step))?.memoryBytes ?? 0 })),
			},
			labs: [...labs].map(({ visit, readyAt, endsAt }) => ({ person: visit.person, bytes: labBytes, readyAt, endsAt })),
			...{
				mostBytes: host.memoryBytes,
				memoryBytes: host.memoryBytes,
				useByInstance: { here: labs.size * labBytes + pool },
				poolBytes: pool,
			},
			...{ usualMs: guessed.useMs, limits: { perPerson: 1, startsAtOnce: host.cpus * 2 } },
		});
		const begun = new Set<string>();
		for (const [index, { request, visit, step }] of queue.entries()) {
			const answer = answers[index];
			if (answer?.decision !== "start") continue;
			wantedBytes += answer.poolGivesBytes;
			if (answer.poolGivesBytes > 0) continue;
			begun.add(request.id);
			claim(request, visit, step);
		}
		queue = queue.filter(({ request }) => !begun.has(request.id));
	}

	function claim({ askedAt }: QueueRequest, visit: Visit, step: number): void {
		const member = memberFor(slugOf(visit, step));
		const source: Source = member ? (member.tier === "cold" ? "cold" : "hot") : "clone";
		members = members.filter((one) => one !== member);
		const takesMs = source === "clone" ? slowed(costs.startMs) : source === "cold" ? (costs.cold?.claimMs ?? 0) : costs.hot.claimMs;
		const useMs = step === 0 ? visit.useMs : (visit.next[step - 1]?.useMs ?? 0);
		const lab: Lab = { visit, step, readyAt: now + takesMs, endsAt: now + takesMs + useMs };
		labs.add(lab);
		events.put(lab.readyAt, { kind: "ready", lab });
		events.put(lab.endsAt, { kind: "end", lab });
		course.starts.push({ kind: visit.kind, waitMs: lab.readyAt - askedAt, queuedMs: now - askedAt, source });
	}

	function ask(visit: Visit, step: number): void {
		const scenario = slugOf(visit, step);
		const expected =
			visit.kind === "learner"
				? undefined
				: coming.find((one) => one.scenario === scenario && one.left > 0 && Math.abs(one.startsAt - now) < 20 * 60_000);
		if (expected) expected.left -= 1;
		// What the policy was told of is not counted again.
		const foretold = (step > 0 && policy.knows.paths) || (expected !== undefined && policy.knows.announcements);
		if (!foretold) tally = countStart(tally, { scenario, at: now });
		lastStarts = [scenario, ...lastStarts].slice(0, rememberedStarts);
		pausing.delete(visit.person);
		const request = {
			id: `request-${asked++}`,
			person: visit.person,
			turn: 0,
			askedAt: now,
			bytes: labBytes,
			heldBytes: 0,
			startMs: costs.startMs,
		};
		queue.push({ request, visit, step });
	}

	function end(lab: Lab): void {
		labs.delete(lab);
		const { visit, step } = lab;
		const [next, ahead] = [visit.next[step], visit.ahead[step]];
		if (ahead) pausing.set(visit.person, { scenario: ahead, since: now });
		if (next) events.put(now + next.pauseMs, { kind: "ask", visit, step: step + 1 });
	}

	for (const visit of visits) events.put(visit.at, { kind: "ask", visit, step: 0 });
	const lastAt = visits.at(-1)?.at ?? 0;
	for (let at = 0; at <= lastAt; at += tickMs) events.put(at, { kind: "tick" });
	for (let event = events.take(); event; event = events.take()) {
		now = event.at;
		const { what } = event;
		if (what.kind === "ask") ask(what.visit, what.step);
		else if (what.kind === "end") end(what.lab);
		else if (what.kind === "done") finish(what.member, what.what);
		else if (what.kind === "tick") look();
		serve();
		if (wantedBytes > 0 || now >= plannedAt + planEveryMs) plan();
		else if (nextPlanAt <= now) {
			nextPlanAt = plannedAt + planEveryMs;
			events.put(nextPlanAt, { kind: "plan" });
		}
	}
	for (const member of members) course.unclaimedGibHours += ((now - member.madeAt) / 3_600_000) * (member.memoryBytes / 1024 ** 3);
	return course;
}

const slugOf = (visit: Visit, step: number): string => (step === 0 ? visit.scenario : (visit.next[step - 1]?.scenario ?? ""));
