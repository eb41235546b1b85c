import { AppError } from "../core/errors.ts";

const unreachable = /network is unreachable|no such host|no route to host|i\/o timeout|temporary failure/i;

/** Gives an error of a program that could not reach its registry the mend that it lacks; any other stays as it is. */
export function explainNetwork(error: unknown): unknown {
	if (!(error instanceof AppError) || error.mend || !unreachable.test(error.message)) return error;
	return new AppError("no-network", `This host can't reach what set-up has to fetch. ${error.message}`, {
		retryable: true,
		mend: "Connect the host, or set HTTPS_PROXY, then npm start again: it goes on where it was.",
		cause: error,
	});
}
