import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { HostManifest, IngressAddon } from "../../core/host.ts";
import type { Logger } from "../../core/log.ts";
import type { StepContext } from "../provider.ts";
import type { Docker } from "./docker.ts";
import type { GoldenTrust } from "./golden/trust.ts";

export interface KindProviderOptions {
	/** `$FAULTLINE_DATA`, absolute. */
	dataDir: string;
	/** The 8 characters that every Docker name of this instance carries. */
	instanceId: string;
	host: HostManifest;
	/** The workstation's image for the next lab: later stages of set-up put programs on it. Default: that of `host`. */
	workstationImage?: () => Promise<string>;
	/** What clusters with an ingress or a gateway need, waiting for set-up to make it. Default: that of `host`. */
	ingressAddon?: (step: StepContext) => Promise<IngressAddon>;
	/** Where prepared clusters are kept, shared by instances; absent: kind makes every cluster anew. */
	goldenDir?: string;
	/** Where instances of the host tell each other what they grant; absent: only what is on Docker is known of others. */
	grantsDir?: string;
	/** The most that this instance's labs may take together; absent: what the host has. */
	memoryBytes?: number | undefined;
	/** How much of the disk they may take, in bytes. Default: 1 GiB. */
	goldenLimitBytes?: number;
	log: Logger;
	clock: Clock;
}

/** What every part of the provider works with. */
export interface KindContext extends KindProviderOptions {
	docker: Docker;
	trust: GoldenTrust;
}

/** Files of one lab on the host; nobody but the engine reads them. */
export interface LabPaths {
	dir: string;
	record: string;
	adminKubeconfig: string;
	learnerKubeconfig: string;
	kindConfig: string;
	/** Folder of kubeadm's patches. */
	patches: string;
	kindLog: string;
	kubectlCache: string;
}

export function labsDir(dataDir: string): string {
	return join(dataDir, "labs");
}

/**
 * @throws AppError `bad-lab-id`: ids become paths, Docker names and host names
 */
export function labPaths(dataDir: string, labId: string): LabPaths {
	if (!/^[a-z][a-z0-9]{0,15}$/.test(labId)) {
		throw new AppError("bad-lab-id", `"${labId}" is no lab id.`, { kind: "invalid" });
	}
	const dir = join(labsDir(dataDir), labId);
	return {
		dir,
		record: join(dir, "lab.json"),
		adminKubeconfig: join(dir, "admin.kubeconfig"),
		learnerKubeconfig: join(dir, "learner.kubeconfig"),
		kindConfig: join(dir, "kind.yaml"),
		patches: join(dir, "kubeadm-patches"),
		kindLog: join(dir, "kind.log"),
		kubectlCache: join(dir, "kubectl-cache"),
	};
}
