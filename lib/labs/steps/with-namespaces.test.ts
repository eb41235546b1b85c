import { expect, test } from "vitest";
import { withNamespaces } from "./with-namespaces.ts";

const manifests = `# cluster DNS of another office
apiVersion: v1
kind: Service
metadata: { name: office-dns, namespace: kube-system }
---
apiVersion: v1
kind: Service
metadata: { name: front }
---
apiVersion: v1
kind: Namespace
metadata: { name: office }
`;

test("an object keeps the namespace it names, another gets the story's, and one without namespaces none", () => {
	const { kind, items } = JSON.parse(withNamespaces(manifests, "shop")) as { kind: string; items: { metadata: unknown }[] };
	expect(kind).toBe("List");
	expect(items.map(({ metadata }) => metadata)).toEqual([
		{ name: "office-dns", namespace: "kube-system" },
		{ name: "front", namespace: "shop" },
		{ name: "office" },
	]);
});
