import { expect, test } from "vitest";
import { type Action, authorisation, isAllowed, roles } from "./authorisation.ts";

const forEveryone: Action[] = ["auth.redeem", "asset.read", "page.signed-out"];
const actions = Object.keys(authorisation) as Action[];

test.each(actions)("%s: the owner may; nobody may only what needs no session", (action) => {
	expect(isAllowed(action, "owner")).toBe(true);
	expect(isAllowed(action, "nobody")).toBe(forEveryone.includes(action));
});

test("every row answers for every role, and for no other", () => {
	for (const action of actions) expect(Object.keys(authorisation[action]).sort()).toEqual([...roles].sort());
});
