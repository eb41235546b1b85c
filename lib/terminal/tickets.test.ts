import { expect, test } from "vitest";
import { createTickets, ticketLifeMs } from "./tickets.ts";

const subject = { labId: "lab1", shellId: "shell1" };

function at(start: number) {
	let now = start;
	return { now: () => now, sleep: async () => {}, pass: (ms: number) => (now += ms) };
}

test("a ticket names its lab and shell, once", () => {
	const tickets = createTickets({ clock: at(0) });
	const ticket = tickets.issue(subject);
	expect(tickets.redeem(ticket)).toEqual(subject);
	expect(tickets.redeem(ticket)).toBeUndefined();
});

test("a ticket is over after its life, not before", () => {
	const clock = at(1000);
	const tickets = createTickets({ clock });
	const [early, late] = [tickets.issue(subject), tickets.issue(subject)];
	clock.pass(ticketLifeMs - 1);
	expect(tickets.redeem(early)).toEqual(subject);
	clock.pass(1);
	expect(tickets.redeem(late)).toBeUndefined();
});

test("what was never issued is refused, also a ticket with one character changed", () => {
	const tickets = createTickets({ clock: at(0) });
	const ticket = tickets.issue(subject);
	const changed = (ticket.startsWith("a") ? "b" : "a") + ticket.slice(1);
	expect(tickets.redeem("")).toBeUndefined();
	expect(tickets.redeem(changed)).toBeUndefined();
	expect(tickets.redeem(ticket)).toEqual(subject);
});
