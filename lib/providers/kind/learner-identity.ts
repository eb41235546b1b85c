import { writeFile } from "node:fs/promises";
import { parse, stringify } from "yaml";
import { z } from "zod";
import type { KindContext, LabPaths } from "./kind-context.ts";
import { labNames } from "./lab-names.ts";
import { learnerGroup, learnerUser } from "./learner-rbac.ts";

const kubeadmOutput = z.object({
	clusters: z.tuple([z.object({ cluster: z.object({ "certificate-authority-data": z.string() }) })]),
	users: z.tuple([z.object({ user: z.object({ "client-certificate-data": z.string(), "client-key-data": z.string() }) })]),
});

/**
 * The kubeconfig of the learner: a certificate user of its own, signed by the cluster's authority on its node. kubeadm
 * does it in one call on either kind of node image; a signing request through the API would need approval and waiting.
 * @param namespace where the learner's commands go without `-n`
 */
export async function makeLearnerKubeconfig(context: KindContext, labId: string, paths: LabPaths, namespace: string): Promise<string> {
	const { controlPlane } = labNames(context.instanceId, labId);
	const printed = await context.docker.must([
		...["exec", controlPlane, "kubeadm", "kubeconfig", "user", "--client-name", learnerUser, "--org", learnerGroup],
		// Longer than any lab lives; the authority dies with the cluster.
		...["--validity-period", "8760h"],
	]);
	const kubeconfig = learnerKubeconfig(printed, `https://${controlPlane}:6443`, namespace);
	await writeFile(paths.learnerKubeconfig, kubeconfig, { mode: 0o600 });
	return kubeconfig;
}

/**
 * @param printed what `kubeadm kubeconfig user` prints; warnings may stand before it
 * @param server the API server's address as the workstation reaches it
 */
export function learnerKubeconfig(printed: string, server: string, namespace: string): string {
	const { clusters, users } = kubeadmOutput.parse(parse(printed.slice(printed.indexOf("apiVersion:"))));
	return stringify({
		apiVersion: "v1",
		kind: "Config",
		clusters: [{ name: "lab", cluster: { server, ...clusters[0].cluster } }],
		users: [{ name: learnerUser, user: users[0].user }],
		contexts: [{ name: "lab", context: { cluster: "lab", user: learnerUser, namespace } }],
		"current-context": "lab",
	});
}
