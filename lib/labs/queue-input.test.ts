import { expect, test } from "vitest";
import type { LabRecord } from "./lab-store.ts";
import { queueFacts } from "./queue-input.ts";

const lab = (part: Partial<LabRecord>): LabRecord => ({
	...{
		id: "a",
		environmentId: part.id ?? "a",
		pooled: false,
		cold: false,
		version: "1",
		scenario: "broken-selector",
		seed: 1,
		anySeed: false,
	},
	...{ state: "requested", createdAt: 0, person: "anna", turn: 0, admittedAt: null, readyAt: null, expiresAt: null, solvedAt: null },
	...{ restingSince: null, endedAt: null, hintsShown: 0, revealed: false, checks: 0, report: null, failure: null },
	...part,
});
const spare = (part: Partial<LabRecord>) => lab({ pooled: true, state: "frozen", person: "", admittedAt: 0, ...part });

/** The spare that the first of these labs is to get. */
function spareOf(records: LabRecord[]): string | undefined {
	const facts = queueFacts({ now: 10, records, use: { here: new Map() }, neededBytes: () => 1, isSpare: () => true });
	return facts.spares.get(records[0]?.id ?? "")?.id;
}

const waiting = lab({ id: "waits", anySeed: true, seed: 2, createdAt: 5 });
const older = spare({ id: "older", seed: 1, createdAt: 1 });
const drawn = spare({ id: "drawn", seed: 2, createdAt: 2 });

test("whoever waits for any variant keeps the one that was drawn for them where it is ready, although an older one is", () => {
	expect(spareOf([waiting, older, drawn])).toBe("drawn");
});

test("they get another where theirs is not ready, was named by somebody else, is one that they have had, or wakes later", () => {
	expect(spareOf([waiting, older])).toBe("older");
	expect(spareOf([waiting, older, drawn, lab({ id: "names", person: "ben", seed: 2, createdAt: 6 })])).toBe("older");
	expect(spareOf([waiting, older, drawn, lab({ id: "had", seed: 2, state: "destroyed" })])).toBe("older");
	expect(spareOf([waiting, older, { ...drawn, cold: true }])).toBe("older");
});
