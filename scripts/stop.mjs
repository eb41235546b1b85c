#!/usr/bin/env node
import { tell } from "./host/fault.mjs";
import { runProgram } from "./host/prepare.mjs";

// npm stop: ends what npm start runs; with --destroy its labs too.
runProgram("lib/setup/stop.ts", process.argv.slice(2)).then((code) => {
	process.exitCode = code;
}, tell);
