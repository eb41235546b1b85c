import type { LabEnvironment, LabProbe } from "../lib/providers/provider.ts";
import type { ScenarioInstance } from "../lib/scenarios/instance.ts";
import { atMost, type Figure, quantile, told } from "./figure.ts";

const repetitions = 7;
const execMs = 30_000;

/** Twelve probes as a scenario of five objectives asks them, and the commands that ask the same by hand. */
function twelve(services: readonly string[]): { probe: (podUid: string) => LabProbe; command: string[] }[] {
	const some = Array.from({ length: 4 }, (_, index) => services[index % services.length] as string);
	const timeoutMs = 2000;
	return [
		...some.map((name) => ({
			probe: (podUid: string): LabProbe => ({ kind: "http", from: { podUid }, url: `http://${name}/`, timeoutMs }),
			command: ["curl", "-s", "-o", "/dev/null", "-m", "2", `http://${name}/`],
		})),
		...some.map((name) => ({
			probe: (podUid: string): LabProbe => ({ kind: "dns", from: { podUid }, name, timeoutMs }),
			command: ["dig", "+search", "+short", name],
		})),
		...some.map((host) => ({
			probe: (podUid: string): LabProbe => ({ kind: "tcp", from: { podUid }, host, port: 80, timeoutMs }),
			command: ["nc", "-z", "-w", "2", host, "80"],
		})),
	];
}

/** How long the twelve take through the prober, against one `kubectl exec` after another from the same pod. */
export async function probeSpeed(environment: LabEnvironment, scenario: ScenarioInstance, signal: AbortSignal): Promise<Figure[]> {
	const { namespace } = scenario;
	const kubectl = async (...args: string[]) => {
		const result = await environment.kubectl(["-n", namespace, ...args], { timeoutMs: execMs, signal });
		if (result.exitCode !== 0) throw new Error(`kubectl ${args.join(" ")}: ${result.stderr}`);
		return result.stdout;
	};
	const services = scenario.baselineObjects.filter(({ object }) => object.kind === "Service").map(({ object }) => object.metadata.name);
	await kubectl("run", "bench", "--image=nicolaka/netshoot", "--restart=Never", "--command", "--", "sleep", "1000000");
	await kubectl("wait", "--for=condition=Ready", "pod/bench", "--timeout=30s");
	const podUid = await kubectl("get", "pod", "bench", "-o", "jsonpath={.metadata.uid}");
	const asked = twelve(services);
	const ours: number[] = [];
	const byHand: number[] = [];
	// In turns, so that what else the host does falls on both.
	for (let round = 0; round < repetitions; round++) {
		ours.push(
			await seconds(async () => {
				const results = await environment.probe(
					asked.map(({ probe }) => probe(podUid)),
					signal,
				);
				const wrong = results.find(({ outcome }) => outcome !== "answered");
				if (wrong) throw new Error(`a probe of the bench ended ${wrong.outcome}: ${wrong.detail}`);
			}),
		);
		byHand.push(
			await seconds(async () => {
				for (const { command } of asked) await kubectl("exec", "bench", "--", ...command);
			}),
		);
	}
	await kubectl("delete", "pod", "bench", "--now");
	return [
		atMost("twelve probes: prober / kubectl exec one by one", quantile(ours, 0.5) / quantile(byHand, 0.5), "ratio", 0.2),
		told("twelve probes by the prober, median", quantile(ours, 0.5), "s"),
		told("twelve probes by kubectl exec, median", quantile(byHand, 0.5), "s"),
	];
}

async function seconds(act: () => Promise<void>): Promise<number> {
	const begun = performance.now();
	await act();
	return (performance.now() - begun) / 1000;
}
