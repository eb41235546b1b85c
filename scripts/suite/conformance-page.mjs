import { readFileSync } from "node:fs";

/**
 * Cyclonus' results, one for each case.
 * @param {string} file lines of JSON, as infra/cyclonus writes them
 * @returns {{number: number, name: string, tags: string[], passed: boolean, wrong: number, right: number, tries: number, seconds: number, error?: string}[]}
 */
export function readResults(file) {
	return readFileSync(file, "utf8")
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line))
		.sort((a, b) => a.number - b.number);
}

/**
 * The page docs/network-policy-conformance.md.
 * @param {ReturnType<typeof readResults>} results
 * @param {{kubernetesVersion: string, way: string}} host
 */
export function conformancePage(results, host) {
	const passed = results.filter((result) => result.passed).length;
	const questions = results.reduce((sum, result) => sum + result.right + result.wrong, 0);
	const tags = new Map();
	for (const result of results) {
		for (const tag of result.tags) {
			const counts = tags.get(tag) ?? { passed: 0, failed: 0 };
			counts[result.passed ? "passed" : "failed"] += 1;
			tags.set(tag, counts);
		}
	}
	const byTag = [...tags].sort(([a], [b]) => (a < b ? -1 : 1)).map(([tag, counts]) => `| ${tag} | ${counts.passed} | ${counts.failed} |`);
	const cell = (text) => text.replaceAll("|", "\\|").replaceAll("\n", " ").trim();
	const cases = results.map(
		(result) => `| ${result.number} | ${cell(result.name)} | ${result.passed ? "passed" : "failed"} | ${result.right} | ${result.wrong} |`,
	);
	return `# NetworkPolicy conformance

What the network agent of the built node image (infra/network-agent) does with NetworkPolicy, measured by Cyclonus v0.5.6, a conformance suite that others wrote: its own cases, expectations and probes. Made by
\`node scripts/cyclonus.mjs --page\` on two nodes, Kubernetes ${host.kubernetesVersion}, kube-proxy in iptables mode, nine pods in three namespaces, TCP and UDP on two ports each.

**${passed} passed, ${results.length - passed} failed**, ${questions.toLocaleString("en")} questions of the kind "does this pod reach that one".

What the run leaves out, and why:
- Cases with Cyclonus' tag \`sctp\`: the host this was made on has no SCTP sockets (CONFIG_IP_SCTP). The agent writes rules for it, untested.
- What a pod says to itself (\`--ignore-loopback\`): Kubernetes promises that a pod always reaches itself, Cyclonus' tables expect that a policy forbids it.
- Names, in the cases that neither make nor relabel pods: their probes ask Service addresses (Cyclonus' \`service-ip\`), so that a case that denies DNS does not wait minutes for the resolver. The others ask Service names.
- Cyclonus' own batched probes are used, which its command line does not offer (infra/cyclonus/main.go): one exec for each pod instead of one for each question. Its agnhost holds the three commands that are called.

## By tag

| tag | passed | failed |
|---|---|---|
${byTag.join("\n")}

## By case

| | case | result | right | wrong |
|---|---|---|---|---|
${cases.join("\n")}
`;
}
