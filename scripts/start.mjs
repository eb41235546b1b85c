#!/usr/bin/env node
import { tell } from "./host/fault.mjs";
import { runProgram } from "./host/prepare.mjs";

// npm start: sets up what this host lacks, then serves until it is ended.
runProgram("lib/setup/start.ts", process.argv.slice(2)).then((code) => {
	process.exitCode = code;
}, tell);
