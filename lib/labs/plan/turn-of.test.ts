import { expect, test } from "vitest";
import { type LabAsked, turnOf } from "./turn-of.ts";

const has = (person: string): LabAsked => ({ person, waits: false, turn: 0, askedAt: 0, endedAt: null });
const had = (person: string, endedAt: number): LabAsked => ({ ...has(person), endedAt });
const waits = (person: string, turn: number, askedAt = 10): LabAsked => ({ person, waits: true, turn, askedAt, endedAt: null });

test("a first lab comes in the first round, and each further one in the next", () => {
	expect(turnOf("anna", [])).toBe(0);
	expect(turnOf("anna", [has("anna"), has("ben")])).toBe(1);
	expect(turnOf("anna", [has("anna"), waits("anna", 1)])).toBe(2);
	expect(turnOf("anna", [waits("anna", 0), waits("anna", 1)])).toBe(2);
});

test("a lab that was ended counts while those wait who asked before its end", () => {
	expect(turnOf("anna", [had("anna", 20), waits("ben", 0, 10)])).toBe(1);
	expect(turnOf("anna", [had("anna", 5), waits("ben", 0, 10)])).toBe(0);
	expect(turnOf("anna", [had("anna", 20)])).toBe(0);
});

test("whoever is new comes in the first round, however far the others are", () => {
	expect(turnOf("carl", [waits("anna", 2), waits("ben", 3)])).toBe(0);
});
