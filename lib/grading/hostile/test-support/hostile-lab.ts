import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../core/clock.ts";
import { newId } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { scenarioSteps } from "../../../labs/steps/scenario-steps.ts";
import type { GradeReport } from "../../../protocol/report.ts";
import { createKindProvider } from "../../../providers/kind/kind-provider.ts";
import { testHost } from "../../../providers/kind/testing/test-host.ts";
import type { LabEnvironment } from "../../../providers/provider.ts";
import { loadCatalogue } from "../../../scenarios/catalogue.ts";
import { scenariosDirectory } from "../../../scenarios/test-support/copies.ts";
import type { ClusterView } from "../../cluster-view.ts";
import { createGrader } from "../../grade.ts";

const commandMs = 120_000;
/** What a learner may have made in a namespace. */
const made =
	"deployments,statefulsets,daemonsets,replicasets,jobs,pods,services,configmaps,ingresses,networkpolicies,resourcequotas,limitranges";

/** One lab for hostile learners, put back to its fault before each. */
export interface HostileLab {
	environment: LabEnvironment;
	/** Namespace and names of the scenario's variant, as scripts see them. */
	values: Readonly<Record<string, string>>;
	/** The system as the fault leaves it, with whatever a hostile learner has added removed. */
	restore(): Promise<void>;
	/** Runs a script on the workstation, as the learner. @throws where it fails */
	learner(script: string): Promise<string>;
	/** Runs kubectl as administrator. @throws where it fails */
	admin(...args: string[]): Promise<string>;
	/** The grader sees the cluster as it is now, as it does all the time while a learner works. */
	inSight(): Promise<void>;
	/** The decisive check. @param hooks what somebody does right before the hold begins, and right after it has ended */
	grade(hooks?: { beforeHold?(): Promise<unknown>; afterRelease?(): Promise<unknown> }): Promise<GradeReport>;
	close(): Promise<void>;
}

export async function startHostileLab(slug: string, seed: number): Promise<HostileLab> {
	const clock = systemClock;
	const dataDir = await mkdtemp(join(tmpdir(), "faultline-hostile-"));
	const log = createLogger("test", process.env.FAULTLINE_LOG ?? "warn");
	const instanceId = process.env.FAULTLINE_INSTANCE ?? newId();
	const provider = createKindProvider({ dataDir, instanceId, host: await testHost(), log, clock });
	const scenario = (await loadCatalogue(scenariosDirectory)).instantiate(slug, seed);
	const labId = newId();
	const context = { signal: new AbortController().signal, onStep: () => {} };
	const { namespace, values } = scenario;
	const environment = await provider.create({ labId, ...scenario }, context);
	let before: ClusterView | undefined;

	const must = async (running: ReturnType<LabEnvironment["exec"]>) => {
		const { exitCode, stdout, stderr } = await running;
		if (exitCode !== 0) throw new Error(`ended with ${exitCode}: ${stderr || stdout}`);
		return stdout.trim();
	};
	const admin = (...args: string[]) => must(environment.kubectl(args, { timeoutMs: commandMs }));
	return {
		...{ environment, values, admin },
		learner: (script) => must(environment.exec(["bash", "-euo", "pipefail", "-c", script], { timeoutMs: commandMs, env: values })),
		async restore() {
			await environment.release(context.signal);
			await admin("scale", "deployment/coredns", "-n", "kube-system", "--replicas=1");
			const held = await admin("get", "pods", "-n", namespace, "-o", "name", "--ignore-not-found");
			for (const pod of held.split("\n").filter(Boolean)) {
				await environment.kubectl(["patch", pod, "-n", namespace, "--type=merge", "-p", '{"metadata":{"finalizers":null}}'], {
					timeoutMs: commandMs,
				});
			}
			await admin("delete", made, "--all", "-n", namespace, "--grace-period=1", "--ignore-not-found");
			await scenarioSteps.applyBaseline(environment, scenario, context);
			await scenarioSteps.applyFault(environment, scenario, context);
			await scenarioSteps.proveFault(environment, scenario, context);
			before = await scenarioSteps.snapshot(environment, context.signal);
		},
		async inSight() {
			before = await scenarioSteps.snapshot(environment, context.signal);
		},
		grade({ beforeHold, afterRelease } = {}) {
			const hooked: LabEnvironment = {
				...environment,
				async hold(signal) {
					await beforeHold?.();
					await environment.hold(signal);
				},
				async release(signal) {
					await environment.release(signal);
					await afterRelease?.();
				},
			};
			const grader = createGrader({ environment: hooked, scenario, before, clock, log });
			return grader.decisive({ signal: context.signal, check: 1, onStep: () => {} });
		},
		async close() {
			await provider.destroy(labId);
			await provider.close();
			await rm(dataDir, { recursive: true, force: true });
		},
	};
}
