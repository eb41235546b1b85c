import { readObjects } from "../../scenarios/manifests.ts";

/**
 * Manifests as one list in which every object names its namespace: `kubectl apply -n` refuses those of another, and a story
 * may have objects in several.
 * @param namespace of objects that name none
 */
export function withNamespaces(manifests: string, namespace: string): string {
	const items = readObjects({ manifests }, namespace).map(({ object }) => object);
	return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}
