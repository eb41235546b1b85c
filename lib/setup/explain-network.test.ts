import { expect, test } from "vitest";
import { AppError } from "../core/errors.ts";
import { explainNetwork } from "./explain-network.ts";

test("a program that can't reach its registry gets the mend that it lacks, and keeps its words", () => {
	const said = new AppError("command-failed", "go mod download … dial udp: connect: network is unreachable");
	expect(explainNetwork(said)).toMatchObject({ code: "no-network", mend: expect.stringContaining("npm start again"), cause: said });
	expect((explainNetwork(said) as AppError).message).toContain(said.message);
});

test("any other error stays as it is", () => {
	const other = new AppError("command-failed", "go build … undefined: x");
	expect(explainNetwork(other)).toBe(other);
});
