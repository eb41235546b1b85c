import { systemClock } from "../lib/core/clock.ts";
import { createGrader } from "../lib/grading/grade.ts";
import type { ObjectiveResult } from "../lib/protocol/report.ts";
import type { LabProbe } from "../lib/providers/provider.ts";
import { type Objective, objective } from "../lib/scenarios/schema.ts";
import type { BenchLab } from "./bench-lab.ts";
import { atMost, type Figure, quantile, told } from "./figure.ts";

/** So many that the 95th percentile is not simply the worst. */
const turns = 20;
const patienceMs = 30_000;
const everyMs = 25;

/**
 * How long after the path can succeed (seen by a probe of the bench's own, every 25 ms) the live objectives say so; and how
 * soon sampled and deny objectives show that they are at work.
 */
export async function liveSpeed({ environment, scenario, log }: BenchLab, signal: AbortSignal): Promise<Figure[]> {
	const { front = "", backend = "" } = scenario.values;
	const { namespace } = scenario;
	const extra: Objective[] = [
		objective.parse({
			...{ id: "sampled", title: "sampled", points: 0 },
			check: {
				...{ type: "http", from: { deployment: front }, url: `http://${backend}/`, backends: [{ deployment: backend }] },
				sampling: { p0: 0.01, p1: 0.2, unit: "new-connection" },
			},
		}),
		objective.parse({
			...{ id: "deny", title: "deny", points: 0 },
			check: {
				type: "matrix",
				sources: { front: { deployment: front }, reviews: { deployment: "reviews" } },
				destinations: { backend: { host: backend, port: 80 }, reviews: { host: "reviews", port: 80 } },
				allow: [
					{ from: "front", to: ["backend", "reviews"] },
					{ from: "reviews", to: ["reviews"] },
				],
				deny: [{ from: "reviews", to: ["backend"] }],
			},
		}),
	];
	await apply(onlyFront(namespace, front, backend));
	const grader = createGrader({
		environment,
		scenario: { ...scenario, objectives: [...scenario.objectives, ...extra] },
		before: undefined,
		clock: systemClock,
		log,
	});
	let newest: ObjectiveResult[] = [];
	const waiting = new Set<() => void>();
	const ending = new AbortController();
	const live = grader.live(
		(results) => {
			newest = results;
			for (const wake of waiting) wake();
		},
		AbortSignal.any([signal, ending.signal]),
	);
	const until = async (holds: () => boolean) => {
		const deadline = AbortSignal.timeout(patienceMs);
		while (!holds()) {
			deadline.throwIfAborted();
			signal.throwIfAborted();
			await new Promise<void>((resolve) => {
				const wake = () => {
					waiting.delete(wake);
					resolve();
				};
				waiting.add(wake);
				deadline.addEventListener("abort", wake, { once: true });
			});
		}
	};
	const plain = scenario.objectives.map(({ id }) => id);
	const green = () => newest.length > 0 && newest.filter(({ id }) => plain.includes(id)).every(({ verdict }) => verdict === "pass");
	const podUid = await frontUid();

	const lags: number[] = [];
	const sampled: number[] = [];
	const denied: number[] = [];
	await until(green);
	for (let turn = 0; turn < turns; turn++) {
		await select("nobody");
		// All of them, so that nothing said of the system before counts as said of the one to come.
		await until(() => !green() && ["sampled", "deny"].every((id) => at(id)?.verdict === "fail"));
		await select(backend);
		const possible = await whenReached(podUid);
		const lag = async (holds: () => boolean) => {
			await until(holds);
			return (performance.now() - possible) / 1000;
		};
		// While nothing was behind the Service every sample failed: one that did not is of the system as it is now.
		const progress = () => at("sampled")?.verdict === "pass" || (at("sampled")?.evidence[0]?.asExpected ?? 0) > 0;
		const [plainLag, sampledLag, denyLag] = await Promise.all([lag(green), lag(progress), lag(() => at("deny")?.verdict === "pass")]);
		lags.push(plainLag);
		sampled.push(sampledLag);
		denied.push(denyLag);
	}
	ending.abort();
	await live;
	return [
		atMost("deterministic objectives turn green, p95", quantile(lags, 0.95), "s", 2),
		told("deterministic objectives turn green, median", quantile(lags, 0.5), "s"),
		atMost("sampled objectives show progress, p95", quantile(sampled, 0.95), "s", 2),
		told("sampled objectives show progress, median", quantile(sampled, 0.5), "s"),
		atMost("deny objectives show progress, p95", quantile(denied, 0.95), "s", 2),
		told("deny objectives show progress, median", quantile(denied, 0.5), "s"),
	];

	function at(id: string) {
		return newest.find((one) => one.id === id);
	}
	async function apply(manifest: object) {
		await kubectl(["apply", "-f", "-"], JSON.stringify(manifest));
	}
	async function kubectl(args: string[], stdin?: string) {
		const result = await environment.kubectl(["-n", namespace, ...args], { timeoutMs: patienceMs, signal, ...(stdin ? { stdin } : {}) });
		if (result.exitCode !== 0) throw new Error(`kubectl ${args.join(" ")}: ${result.stderr}`);
		return result.stdout;
	}
	async function select(name: string) {
		await kubectl([
			"patch",
			"service",
			backend,
			"--type",
			"json",
			"-p",
			JSON.stringify([{ op: "replace", path: "/spec/selector", value: { "app.kubernetes.io/name": name } }]),
		]);
	}
	async function frontUid() {
		return kubectl(["get", "pod", "-l", `app.kubernetes.io/name=${front}`, "-o", "jsonpath={.items[0].metadata.uid}"]);
	}
	/** @returns when the first of three answers in a row was asked for, as `performance.now` counts */
	async function whenReached(from: string) {
		const probe: LabProbe = { kind: "http", from: { podUid: from }, url: `http://${backend}/`, timeoutMs: 1000 };
		for (let inRow = 0, first = 0; ; ) {
			const askedAt = performance.now();
			const [result] = await environment.probe([probe], signal);
			inRow = result?.http?.status === 200 ? inRow + 1 : 0;
			if (inRow === 1) first = askedAt;
			if (inRow === 3) return first;
			await systemClock.sleep(everyMs, signal);
		}
	}
}

function onlyFront(namespace: string, front: string, backend: string): object {
	const pods = (name: string) => ({ matchLabels: { "app.kubernetes.io/name": name } });
	return {
		...{ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "bench", namespace } },
		spec: { podSelector: pods(backend), policyTypes: ["Ingress"], ingress: [{ from: [{ podSelector: pods(front) }] }] },
	};
}
