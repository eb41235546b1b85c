import type { ScenarioInstance } from "./instance.ts";
import type { AddProblem } from "./problem.ts";

/** Words that name a cause; a ticket tells what its writer saw. */
const causes = [
	"selector",
	"targetport",
	"endpointslice",
	"endpoints are empty",
	"networkpolicy",
	"corefile",
	"misspelled",
	"containerport",
];

/** A ticket with symptoms only, long enough to be one, and a debrief that teaches. */
export function lintText(instance: ScenarioInstance, add: AddProblem): void {
	for (const [index, line] of instance.ticket.split("\n").entries()) {
		for (const word of causes) {
			if (line.toLowerCase().includes(word)) add("ticket.md", index + 1, `the ticket names a cause ("${word}"): it may tell symptoms only`);
		}
		for (const value of faultValues(instance)) {
			if (line.includes(value)) add("ticket.md", index + 1, `the ticket gives the fault away: "${value}" is written by the fault alone`);
		}
	}
	if (instance.debrief.trim() && !/```/.test(instance.debrief)) {
		add("debrief.md", null, "the debrief shows no command: say which one shows the fault and what its output means");
	}
	for (const command of instance.debrief.matchAll(/kubectl get (?:ep|endpoints)\b/g)) {
		const line = instance.debrief.slice(0, command.index).split("\n").length;
		if (instance.debrief.split("\n")[line - 1]?.includes("deprecated")) continue;
		add("debrief.md", line, "Endpoints are deprecated since Kubernetes 1.33: show EndpointSlices");
	}
}

/** Values of the variant that stand in the fault's files and nowhere in the baseline. */
function faultValues(instance: ScenarioInstance): string[] {
	const fault = instance.fault.steps.map((step) => step.text).join("\n");
	const baseline = Object.values(instance.baseline).join("\n");
	return Object.values(instance.values).filter((value) => value.length > 2 && fault.includes(value) && !baseline.includes(value));
}
