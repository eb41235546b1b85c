import { expect, test } from "vitest";
import { takesEffectUntil } from "./recent-change.ts";
import { checkContext, shopView } from "./test-support/shop-view.ts";

const now = Date.parse("2030-01-01T12:00:00Z");
const workloads = [checkContext(shopView()).workload({ deployment: "catalog" })];

test("a lab that nobody has touched is judged at once", () => {
	expect(takesEffectUntil(shopView(), workloads, now)).toBeLessThan(now);
});

test("a Service that was just changed or made is given time", () => {
	const changed = shopView(
		(view) => void Object.assign(view.services[0]?.metadata ?? {}, { managedFields: [{ time: new Date(now - 4000) }] }),
	);
	expect(takesEffectUntil(changed, workloads, now)).toBe(now + 6000);
	const made = shopView((view) => void Object.assign(view.services[0]?.metadata ?? {}, { creationTimestamp: new Date(now - 60_000) }));
	expect(takesEffectUntil(made, workloads, now)).toBeLessThan(now);
});

test("a rollout under way is waited for", () => {
	const rolling = shopView((view) => void Object.assign(view.deployments[1]?.status ?? {}, { updatedReplicas: 1 }));
	expect(takesEffectUntil(rolling, workloads, now)).toBe(now + 20_000);
});
