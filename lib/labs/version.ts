import { createHash } from "node:crypto";
import type { Catalogue } from "../scenarios/catalogue.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";

/** Parts of an instance that are only read by people, or only asked of a lab later. */
const readLater: readonly (keyof ScenarioInstance)[] = ["ticket", "hints", "debrief", "diagnosis", "fixes", "wrong", "title", "symptom"];

/**
 * What labs of a scenario are made from, as one word: those of another version are not given to learners.
 * @param madeOf the provider's part of it, its images above all
 */
export function versionOf(catalogue: Pick<Catalogue, "seeds" | "instantiate">, slug: string, madeOf: string): string {
	const made = catalogue.seeds(slug).map((seed) => {
		const parts = Object.entries(catalogue.instantiate(slug, seed));
		return parts.filter(([key]) => !readLater.includes(key as keyof ScenarioInstance));
	});
	return createHash("sha256")
		.update(JSON.stringify([made, madeOf]))
		.digest("hex")
		.slice(0, 16);
}
