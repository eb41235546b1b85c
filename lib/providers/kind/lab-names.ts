/** Docker names of one lab. kind derives its nodes' names from the cluster's. */
export interface LabNames {
	cluster: string;
	network: string;
	workstation: string;
	mirror: string;
	/** Holds the network namespace of the outside user. */
	edge: string;
	controlPlane: string;
}

export function labNames(instanceId: string, labId: string): LabNames {
	const cluster = `fl-${instanceId}-${labId}`;
	return {
		cluster,
		network: `${cluster}-network`,
		workstation: `${cluster}-workstation`,
		mirror: `${cluster}-mirror`,
		edge: `${cluster}-edge`,
		controlPlane: `${cluster}-control-plane`,
	};
}

/** Names of a cluster's nodes as kind gives them, control plane first. */
export function nodeNames(cluster: string, nodes: number): string[] {
	return Array.from({ length: nodes }, (_, index) => {
		if (index === 0) return `${cluster}-control-plane`;
		return index === 1 ? `${cluster}-worker` : `${cluster}-worker${index}`;
	});
}

/** All containers of a lab, by name. */
export function labParts(names: LabNames, nodes: number): string[] {
	return [...nodeNames(names.cluster, nodes), names.workstation, names.mirror, names.edge];
}

export function proberName(instanceId: string): string {
	return `fl-${instanceId}-prober`;
}

/** The lab that a Docker name belongs to; undefined for what is another instance's or the instance's own. */
export function labIdOf(instanceId: string, name: string): string | undefined {
	return new RegExp(`^fl-${instanceId}-([a-z][a-z0-9]*)-[a-z0-9-]+$`).exec(name)?.[1];
}

export type LabPart = "workstation" | "node" | "network" | "prober" | "mirror" | "edge";

/** `--label` arguments of anything that Faultline makes in Docker. */
export function labelArgs(instanceId: string, part: LabPart, labId?: string): string[] {
	const labels = [`dev.faultline.instance=${instanceId}`, `dev.faultline.part=${part}`, ...(labId ? [`dev.faultline.lab=${labId}`] : [])];
	return labels.flatMap((label) => ["--label", label]);
}
