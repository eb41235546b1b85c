/** An error that says what happened and what mends it, for the time before the TypeScript rooms can run. */
export class Fault extends Error {
	/** @param {string} message @param {string} [mend] */
	constructor(message, mend) {
		super(message);
		this.mend = mend;
	}
}

/**
 * Prints an error in words and sets the exit code: 3, the platform failed.
 * @param {unknown} error
 */
export function tell(error) {
	const message = error instanceof Error ? error.message : String(error);
	process.stderr.write(`\nfaultline: ${message}\n`);
	if (error instanceof Fault && error.mend) process.stderr.write(`To mend it: ${error.mend}\n`);
	process.exitCode = 3;
}
