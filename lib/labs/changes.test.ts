import { expect, test } from "vitest";
import { createChanges } from "./changes.ts";

test("a follower hears each change in order", async () => {
	const changes = createChanges();
	const ending = new AbortController();
	const followed = changes.follow(ending.signal);
	const first = followed.next();
	changes.notify("a");
	expect(await first).toEqual({ value: "a", done: false });
	changes.notify("b");
	expect(await followed.next()).toEqual({ value: "b", done: false });
});

test("a slow follower gets a lab that changed often only once", async () => {
	const changes = createChanges();
	const ending = new AbortController();
	const followed = changes.follow(ending.signal);
	const first = followed.next();
	for (const id of ["a", "b", "b", "b", "c"]) changes.notify(id);
	const heard = [(await first).value, (await followed.next()).value, (await followed.next()).value];
	expect(heard).toEqual(["a", "b", "c"]);
	const next = followed.next();
	ending.abort();
	expect((await next).done).toBe(true);
});
