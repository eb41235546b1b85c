import { join } from "node:path";
import type { Env } from "../core/env.ts";
import type { Program } from "./supervise.ts";

/** The two processes of a running Faultline. */
export function engineProgram(root: string, env: Env): Program {
	return program("engine", "server/engine.ts", root, env);
}

/** @param nextDir Next's output, relative to the checkout */
export function webProgram(root: string, env: Env, nextDir: string): Program {
	const web = program("web", "server/web.ts", root, env);
	return { ...web, env: { ...web.env, NODE_ENV: "production", FAULTLINE_NEXT_DIR: nextDir } };
}

function program(name: string, entry: string, root: string, env: Env): Program {
	return {
		name,
		file: process.execPath,
		args: [join(root, entry)],
		cwd: root,
		env: { ...process.env, FAULTLINE_DATA: env.dataDir, FAULTLINE_CACHE: env.cacheDir },
		logFile: join(env.dataDir, "logs", `${name}.log`),
	};
}
