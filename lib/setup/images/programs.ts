import { join } from "node:path";
import { mustRun } from "../../core/run-command.ts";
import { ensureGoProgram, goEnv } from "./go-program.ts";
import type { ImageContext } from "./image-context.ts";

export const kubernetesVersion = "v1.36.3";
export const kindVersion = "v0.33.0";

/** What Kubernetes' own build writes into its programs, as far as it is known here: a module carries no commit. */
function versionVariables(): Record<string, string> {
	const [, major = "", minor = ""] = /^v(\d+)\.(\d+)/.exec(kubernetesVersion) ?? [];
	const values = { gitVersion: kubernetesVersion, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
	const packages = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
	return Object.fromEntries(packages.flatMap((at) => Object.entries(values).map(([name, value]) => [`${at}.${name}`, value])));
}

/** Kubernetes as one program: control plane, kubelet, kube-proxy, kubeadm, kubectl and etcd. */
export function ensureKube(context: ImageContext) {
	return ensureGoProgram({ name: "kube", module: moduleOf(context, "kube"), variables: versionVariables() }, context);
}

/** Kubernetes' test program; its module is that of `kube`, so that both stand on the same code. */
export function ensureAgnhost(context: ImageContext) {
	return ensureGoProgram({ name: "agnhost", module: moduleOf(context, "kube"), package: "k8s.io/kubernetes/test/images/agnhost" }, context);
}

export function ensureCoredns(context: ImageContext) {
	return ensureGoProgram({ name: "coredns", module: moduleOf(context, "coredns") }, context);
}

export function ensurePause(context: ImageContext) {
	return ensureGoProgram({ name: "pause", module: moduleOf(context, "pause") }, context);
}

export function ensureNetworkAgent(context: ImageContext) {
	return ensureGoProgram({ name: "network-agent", module: join(context.root, "infra/network-agent") }, context);
}

export function ensureKind(context: ImageContext) {
	return ensureGoProgram({ name: "kind", module: moduleOf(context, "kind"), package: "sigs.k8s.io/kind" }, context);
}

/** The folder of kind's own module, fetched and checked against our go.sum. */
export async function kindModule(context: ImageContext): Promise<string> {
	const options = { timeoutMs: 300_000, signal: context.signal, cwd: moduleOf(context, "kind"), env: goEnv() };
	await mustRun(context.go, ["mod", "download", "sigs.k8s.io/kind"], options);
	return (await mustRun(context.go, ["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kind"], options)).trim();
}

/** CoreDNS's version, as its module file names it. */
export async function corednsVersion(context: ImageContext): Promise<string> {
	const options = { timeoutMs: 30_000, signal: context.signal, cwd: moduleOf(context, "coredns"), env: goEnv() };
	return (await mustRun(context.go, ["list", "-m", "-f", "{{.Version}}", "github.com/coredns/coredns"], options)).trim();
}

function moduleOf(context: ImageContext, name: string): string {
	return join(context.root, "infra/node-image", name);
}
