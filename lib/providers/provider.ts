import type { KubeConfig } from "@kubernetes/client-node";
import type { ProbeRequest, ProbeResult } from "./provider-probe.ts";

export type { ProbeFrom, ProbeOutcome, ProbeRequest, ProbeResult } from "./provider-probe.ts";
export { probeRequest, probeResult } from "./provider-probe.ts";

/** What a scenario asks of its cluster. Equal specs can share a prepared cluster. */
export interface ClusterSpec {
	/** 1 to 3; the first is the control plane and also runs workloads. */
	nodes: number;
	kubeProxyMode: "iptables" | "nftables";
	dnsReplicas: number;
	/** Add-ons by name: `ingress`, `gateway`, `load-balancer`. */
	addons: readonly string[];
}

/** A rule of Kubernetes RBAC. */
export interface PolicyRule {
	apiGroups: string[];
	resources: string[];
	verbs: string[];
	resourceNames?: string[];
}

/** What the learner may do in the cluster, besides reading namespaces' names. */
export interface LearnerAccess {
	/** Namespaces with full rights to the usual namespaced objects. */
	namespaces: readonly string[];
	/** Further rules: cluster-wide. */
	clusterRules: readonly PolicyRule[];
	/** Rights to mend CoreDNS in kube-system, and nothing that leads from there to the node. */
	clusterDns: boolean;
	/** Rights to install an ingress controller. */
	ingressController: boolean;
	/** Ports of the node that pods of the namespaces may take. */
	hostPorts: readonly number[];
}

export interface LabSpec {
	labId: string;
	cluster: ClusterSpec;
	access: LearnerAccess;
	/** Files of the lab for the workstation's home: path relative to it → content. */
	files: Readonly<Record<string, string>>;
	/** What the cluster may hold from its start, where one was prepared with it: the key of {@link Contents}. */
	contents?: string | undefined;
}

/** What a prepared cluster holds besides its shape. */
export interface Contents extends Pick<LabSpec, "access" | "files"> {
	/** Equal keys, equal contents. Lower case and digits. */
	key: string;
	/** Brings them into a lab that was just made, and proves them. */
	fill(environment: LabEnvironment, context: StepContext): Promise<void>;
}

/** A cluster to have ready to be cloned: of a shape, and with contents or without. */
export interface Prepared {
	cluster: ClusterSpec;
	contents?: Contents;
}

export interface StepContext {
	signal: AbortSignal;
	/** Called as each named step begins: the page shows it. */
	onStep(step: string): void;
}

export interface ExecOptions {
	timeoutMs: number;
	signal?: AbortSignal;
	stdin?: string;
	env?: Readonly<Record<string, string>>;
}

export interface ExecResult {
	exitCode: number;
	stdout: string;
	stderr: string;
}

/** Where to run a program so that it is the learner's shell: given to the PTY. */
export interface ShellCommand {
	file: string;
	args: string[];
}

/** Who a probe speaks as, before the provider has turned it into a process. */
export type Vantage = { podUid: string } | { workstation: true } | { edge: true } | { node: string };

/** A probe request whose origin is a vantage of the lab. */
export type LabProbe = ProbeRequest extends infer R ? (R extends ProbeRequest ? Omit<R, "from" | "id"> & { from: Vantage } : never) : never;

/** One lab's cluster, workstation and eyes, wherever they run. */
export interface LabEnvironment {
	readonly labId: string;
	/** The administrator's access: for the engine alone, never for the learner. */
	readonly admin: KubeConfig;
	/** Runs kubectl as administrator on manifests or patches; arguments as typed after `kubectl`. */
	kubectl(args: readonly string[], options: ExecOptions): Promise<ExecResult>;
	/** Runs a program on the workstation as the learner. */
	exec(command: readonly string[], options: ExecOptions): Promise<ExecResult>;
	/** Runs a program on a node, for the fixed list of node operations of faults. */
	nodeExec(node: string, command: readonly string[], options: ExecOptions): Promise<ExecResult>;
	/** Node names, control plane first. */
	readonly nodes: readonly string[];
	/** Key of what the cluster held when it was made; undefined where that was nothing. */
	readonly contents: string | undefined;
	/**
	 * The command whose terminal is the learner's shell: it prints the shell's output from byte `fromOffset` on and
	 * passes keystrokes. Ends when the shell ends (exit 0) or is lost (other codes). The shell itself survives it.
	 * It speaks as `shell-host attach` does (infra/shell-host/README.md: header, trailer, exit codes), with `--acks`,
	 * and with `--create` where `create` is true.
	 */
	shell(options: { shellId: string; fromOffset: number; create: boolean }): ShellCommand;
	/** Ends a shell and its processes and forgets it (`shell-host kill`); no error where there is none. */
	closeShell(shellId: string): Promise<void>;
	/**
	 * Gives the learner other rights than the lab was made with, and other files besides those in the home: proofs share one
	 * cluster. What an earlier grant made is left as it is.
	 */
	grant(access: LearnerAccess, files: LabSpec["files"], signal: AbortSignal): Promise<void>;
	/** Runs probes at once; answers in the order of the requests, never rejecting for a single probe. */
	probe(probes: readonly LabProbe[], signal?: AbortSignal): Promise<ProbeResult[]>;
	/**
	 * From when it resolves until {@link release} or {@link thaw}: the cluster takes no change from the learner, who is told
	 * so; reading goes on, and so do controllers and pods. No error where it is held already.
	 * @throws AppError where the API server does not answer
	 */
	hold(signal: AbortSignal): Promise<void>;
	/** Ends a hold; no error where there is none. @throws AppError where the API server does not answer */
	release(signal: AbortSignal): Promise<void>;
	/** Stops all processes of the lab in place, memory kept. */
	freeze(): Promise<void>;
	/**
	 * Moves a frozen lab's memory to swap, as far as it goes; {@link thaw} needs nothing more than before, and is slower.
	 * @throws AppError `not-reclaimed` where it is not frozen, or the host does not let it: see {@link LabProvider.coldRoom}
	 */
	reclaim(signal: AbortSignal): Promise<void>;
	/** What the lab's processes take now, and have taken. */
	usage(): Promise<LabUsage>;
	thaw(): Promise<void>;
}

export interface LabUsage {
	/** Page cache included, as far as it was read for this lab first. */
	memoryBytes: number;
	swapBytes: number;
	/** Processor time since its making. */
	cpuMs: number;
}

/** What the cold tier has for labs of one shape, in bytes. */
export interface ColdRoom {
	/** Memory that a reclaimed lab still takes. */
	memoryBytes: number;
	/** Swap that it takes. */
	swapBytes: number;
	/** Swap that is left. */
	freeSwapBytes: number;
}

export interface ProviderStatus {
	ok: boolean;
	/** What the host runs: `kind v0.33.0, Kubernetes v1.36.3 (built here)`. */
	description: string;
	kubernetesVersion: string;
}

/** The memory of the host of labs, in bytes. */
export interface HostMemory {
	/** What labs of this instance could take together if nothing else ran: one that needs more can never be made. */
	mostBytes: number;
	/** What labs of all instances may take together, as things are now. */
	totalBytes: number;
	/** By other instance: what its labs take, or may come to take where that is more. */
	others: Record<string, number>;
	/** The same of each lab of this instance of which anything is on the host. */
	labs: Record<string, number>;
}

/** Makes and removes lab environments. Every method is idempotent for one lab id. */
export interface LabProvider {
	readonly name: string;
	/** What its labs are made of, images above all: differs where labs made now would differ. */
	readonly madeOf: string;
	status(): Promise<ProviderStatus>;
	/** Makes what is missing of the lab; on failure what was made stays for {@link destroy}. */
	create(spec: LabSpec, context: StepContext): Promise<LabEnvironment>;
	/**
	 * Makes once what lets later labs of this shape, and with these contents, start sooner; nothing where that is there, or there
	 * is no such thing.
	 * @throws AppError `labs-come-first`, retryable, where labs are being made or used; `prepared-full` where no more is kept
	 */
	prepare(cluster: ClusterSpec, signal: AbortSignal, contents?: Contents): Promise<void>;
	/**
	 * Of what is wanted, what {@link prepare} has still to make. What is there stays for as long as somebody wants it; what nobody
	 * has wanted or used for long is removed.
	 */
	toPrepare(wanted: readonly Prepared[]): Promise<Prepared[]>;
	/** Notes whether a lab that started with these contents was as it should be: what fails again and again is not used any more. */
	judge(spec: Pick<LabSpec, "cluster" | "access" | "contents">, asPrepared: boolean): Promise<void>;
	/** Takes up a lab that is whole, after a restart of the engine; undefined where any part is missing. */
	adopt(labId: string): Promise<LabEnvironment | undefined>;
	/** Ids of all labs of this instance of which anything exists on the host. */
	list(): Promise<string[]>;
	/** Removes every trace of the lab; no error where there is none. */
	destroy(labId: string): Promise<void>;
	/** Memory that a lab of this shape may come to take. */
	neededBytes(cluster: ClusterSpec): number;
	/** Read from the host each time. */
	memory(): Promise<HostMemory>;
	/**
	 * Tells other instances what labs of this one are granted from now on, in bytes by lab: they count it before anything of a
	 * lab is there. Of two that want the last room, and read the memory again after they have told, at least one sees the other.
	 */
	grant(labs: Readonly<Record<string, number>>): Promise<void>;
	/** Null where frozen labs stay in memory: the host has no swap, or does not let us move them there. */
	coldRoom(cluster: ClusterSpec): Promise<ColdRoom | null>;
	/** Ends connections of this process; labs stay. */
	close(): Promise<void>;
}
