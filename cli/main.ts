import { Command, CommanderError } from "commander";
import { AppError, errorKind, toErrorBody } from "../lib/core/errors.ts";
import { benchCommand } from "./commands/bench.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { labCommands } from "./commands/lab.ts";
import { ownerCommand } from "./commands/owner.ts";
import { scenarioCommands } from "./commands/scenario.ts";
import { createContext } from "./context.ts";
import { createOutput, exitCodes } from "./output.ts";

// npx faultline: every command is a client of the engine, which it starts where there is none. Exit codes: 0 done and
// passed, 1 done and not passed, 2 wrong call, 3 the platform failed.
const args = process.argv.slice(2);
const separator = args.indexOf("--");
const json = (separator === -1 ? args : args.slice(0, separator)).includes("--json");
const output = createOutput({ json, stdout: process.stdout, stderr: process.stderr });

const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
	process.once(name, () => interrupted.abort(new AppError("interrupted", "Interrupted.", { kind: "invalid" })));
}
const context = createContext({ output, signal: interrupted.signal });

const program = new Command("faultline")
	.description("Labs for learning to troubleshoot Kubernetes networking, on real clusters.")
	.option("--json", "answer in JSON, for programs")
	.enablePositionalOptions()
	.exitOverride()
	.configureOutput({ writeOut: (text) => process.stdout.write(text), writeErr: (text) => void (json || process.stderr.write(text)) })
	.showHelpAfterError("(faultline --help shows all commands)");
program.addCommand(scenarioCommands(context));
program.addCommand(labCommands(context));
program.addCommand(doctorCommand(context));
program.addCommand(ownerCommand(context));
program.addCommand(benchCommand(context));
for (const command of everyCommand(program)) inherit(command);

try {
	await program.parseAsync(args, { from: "user" });
} catch (error) {
	process.exitCode = report(interrupted.signal.aborted ? interrupted.signal.reason : error);
}

function report(error: unknown): number {
	if (error instanceof CommanderError) {
		if (error.exitCode === 0) return exitCodes.passed;
		if (json) output.error({ code: "wrong-call", message: error.message.replace(/^error: /, ""), mend: "npx faultline --help" });
		return exitCodes.wrongCall;
	}
	output.error(toErrorBody(error));
	return errorKind(error) === "platform" ? exitCodes.platformFailed : exitCodes.wrongCall;
}

/** Each command takes --json itself and ends in an error of ours instead of an exit. */
function inherit(command: Command): void {
	if (command === program) return;
	command.exitOverride().copyInheritedSettings(program);
	if (!command.options.some((option) => option.long === "--json")) command.option("--json", "answer in JSON, for programs");
}

function everyCommand(command: Command): Command[] {
	return [command, ...command.commands.flatMap((child) => everyCommand(child as Command))];
}
