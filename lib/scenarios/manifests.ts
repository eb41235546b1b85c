import { parseManifests } from "./source.ts";

/** What this product needs to know of any Kubernetes object. */
export interface KubeObject {
	apiVersion: string;
	kind: string;
	metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
	spec?: Record<string, unknown>;
	data?: Record<string, string>;
}

export interface BaselineObject {
	object: KubeObject;
	/** Path inside the scenario's folder. */
	file: string;
	line: number;
}

/** Namespaced unless listed here; enough for what baselines hold. */
const clusterScoped = new Set([
	"Namespace",
	"ClusterRole",
	"ClusterRoleBinding",
	"IngressClass",
	"GatewayClass",
	"StorageClass",
	"PersistentVolume",
]);

/** Every object of some manifests, in order; an object without namespace gets `namespace`. */
export function readObjects(files: Readonly<Record<string, string>>, namespace: string): BaselineObject[] {
	const objects: BaselineObject[] = [];
	for (const [file, text] of Object.entries(files)) {
		for (const document of parseManifests(text)) {
			const object = document.value as KubeObject | null | undefined;
			if (!object?.kind || !object.metadata?.name) continue;
			if (!clusterScoped.has(object.kind)) object.metadata.namespace ??= namespace;
			objects.push({ object, file, line: document.line });
		}
	}
	return objects;
}

/**
 * The object that `kind/name` means.
 * @param target kind in lower case, as kubectl takes it: `deployment/catalog`
 */
export function findObject(objects: readonly BaselineObject[], target: string, namespace: string): KubeObject | undefined {
	const [kind, name] = target.split("/");
	return objects.find(
		({ object }) =>
			object.kind.toLowerCase() === kind &&
			object.metadata.name === name &&
			(object.metadata.namespace === undefined || object.metadata.namespace === namespace),
	)?.object;
}
