import { AppError, errorKind, toErrorBody } from "../core/errors.ts";

/** Prints an error in words and sets the exit code of design.md: 2 a wrong call, 3 the platform failed. */
export function tellError(error: unknown): void {
	const { message, mend } = toErrorBody(error);
	process.stderr.write(`\nfaultline: ${message}\n`);
	if (mend) process.stderr.write(`To mend it: ${mend}\n`);
	if (!(error instanceof AppError) && error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`);
	process.exitCode = errorKind(error) === "invalid" ? 2 : 3;
}

/**
 * A signal that is aborted when somebody wants this process to end: Ctrl-C, a closed terminal, npm's own end.
 * A second Ctrl-C after two seconds ends it at once.
 */
export function endSignal(): AbortSignal {
	const controller = new AbortController();
	let firstAt = 0;
	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
		process.on(name, () => {
			if (firstAt === 0) firstAt = Date.now();
			else if (name === "SIGINT" && Date.now() - firstAt > 2_000) process.exit(130);
			controller.abort(new AppError("interrupted", `Ended by ${name}.`));
		});
	}
	return controller.signal;
}
