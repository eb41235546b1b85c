import { AppError, errorBody } from "#lib/core/errors.ts";
import { type Lab, lab, shell, type TimelineEvent, timelineEvent } from "#lib/protocol/lab.ts";

/**
 * Calls this page's own HTTP API.
 * @throws AppError as the server said it, or `web-down` (retryable) where nobody answers
 */
async function send(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<unknown> {
	let response: Response;
	try {
		response = await fetch(path, {
			method,
			...(method === "POST" ? { body: JSON.stringify(body ?? {}), headers: { "content-type": "application/json" } } : {}),
		});
	} catch (cause) {
		throw new AppError("web-down", "Faultline does not answer.", { retryable: true, mend: "Wait a moment and press again.", cause });
	}
	if (response.status === 204) return undefined;
	const answer: unknown = await response.json().catch(() => null);
	if (response.ok) return answer;
	const said = errorBody.safeParse((answer as { error?: unknown } | null)?.error);
	if (!said.success) throw new AppError("internal", `Faultline answered ${response.status}.`);
	throw new AppError(said.data.code, said.data.message, { mend: said.data.mend });
}

export async function startLab(scenario: string): Promise<Lab> {
	return lab.parse(await send("POST", "/api/labs", { scenario }));
}

/** What can be asked of a lab with one word. */
export type LabAction = "reset" | "stop" | "wake" | "extend" | "hint" | "reveal";

export async function askLab(id: string, action: LabAction): Promise<Lab> {
	return lab.parse(await send("POST", `/api/labs/${id}/${action}`));
}

/** The decisive check. Resolves when it has ended; its steps and its report come with the lab's events. */
export async function gradeLab(id: string): Promise<void> {
	await send("POST", `/api/labs/${id}/grade`);
}

export async function openShell(id: string): Promise<string> {
	return shell.parse(await send("POST", `/api/labs/${id}/shells`)).id;
}

export async function closeShell(id: string, shellId: string): Promise<void> {
	await send("DELETE", `/api/labs/${id}/shells/${shellId}`);
}

/** @param after the number of the newest event already known; 0 for all */
export async function timelineSince(id: string, after: number): Promise<TimelineEvent[]> {
	return timelineEvent.array().parse(await send("GET", `/api/labs/${id}/timeline?after=${after}`));
}
