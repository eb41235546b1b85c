#!/usr/bin/env node
import { tell } from "./host/fault.mjs";
import { runProgram } from "./host/prepare.mjs";

// npm run prove: proves every scenario that has no fresh proof in scenarios/proofs.json.
try {
	process.exitCode = await runProgram("scripts/prove/prove.ts", process.argv.slice(2));
} catch (error) {
	tell(error);
}
