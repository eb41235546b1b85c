#!/usr/bin/env node
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Fault, tell } from "../scripts/host/fault.mjs";
import { runProgram } from "../scripts/host/prepare.mjs";
import { root } from "../scripts/host/root.mjs";

// npx faultline: the command line, under a Node and with packages that it can use, in the folder of the caller.
const entry = "cli/main.ts";
try {
	if (!existsSync(join(root, entry))) throw new Fault(`${entry} is missing in this checkout.`, "git checkout -- cli");
	process.exitCode = await runProgram(entry, process.argv.slice(2), { cwd: process.cwd() });
} catch (error) {
	tell(error);
}
