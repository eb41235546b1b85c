import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../host/root.mjs";
import { runQuietly } from "../host/run.mjs";
import { ofGo, withExitCode } from "./counts.mjs";

/**
 * The Go modules of infra/ that have tests, one step each.
 * @param {{env: NodeJS.ProcessEnv, node: string}} options
 * @returns {Promise<import("./step.mjs").Step[]>}
 */
export async function goSteps({ env, node }) {
	const files = readdirSync(join(root, "infra"), { recursive: true }).map(String);
	const modules = files.filter((file) => file.endsWith("go.mod")).map(dirname);
	const tested = modules.filter((module) => files.some((file) => file.startsWith(`${module}/`) && file.endsWith("_test.go")));
	const go = (await runQuietly(node, [join(root, "lib/setup/print-go.ts")], { env })).said;
	return tested.sort().map((module) => ({
		name: `Go tests of ${module}`,
		file: go,
		// With the tests that put real rules into network namespaces of their own: npm test is root's.
		args: ["test", "-json", "-count=1", "-tags", "kernel", "./..."],
		cwd: join(root, "infra", module),
		env: { ...env, GOTOOLCHAIN: "local", CGO_ENABLED: "0" },
		deadlineMs: 20 * 60_000,
		count: (code, stdout) => withExitCode(ofGo(stdout), code),
		show: "on-failure",
	}));
}
