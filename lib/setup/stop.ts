import { join } from "node:path";
import { systemClock } from "../core/clock.ts";
import { readEnv } from "../core/env.ts";
import { AppError } from "../core/errors.ts";
import { runCommand } from "../core/run-command.ts";
import { createEngineClient } from "../protocol/client.ts";
import { ownDaemonPid, stopDaemon } from "./docker-daemon.ts";
import { endSignal, tellError } from "./edge.ts";
import { endProcess } from "./end-process.ts";
import { findProgram } from "./find-program.ts";
import { readRecord, removeRecord, startTimeOf, stillRuns } from "./instance-files.ts";
import { readLater, removeLater } from "./later-record.ts";
import { removeSwapFile } from "./swap-file.ts";

const print = (text: string) => process.stdout.write(`${text}\n`);

/**
 * `npm stop [-- --destroy] [--keep-docker]`: labs are put to rest, or removed, by the engine; then the processes end.
 * With `--destroy` a swap file that was made for frozen labs goes as well. The Docker Engine ends too where Faultline started it and it has no container left.
 */
async function main(args: readonly string[]): Promise<void> {
	const unknown = args.filter((arg) => !["--destroy", "--keep-docker"].includes(arg));
	if (unknown.length > 0) {
		throw new AppError("wrong-call", `npm stop does not know ${unknown.join(" ")}.`, {
			kind: "invalid",
			mend: "npm stop -- --destroy [--keep-docker]",
		});
	}
	const destroy = args.includes("--destroy");
	const env = readEnv();
	const signal = endSignal();
	const record = await readRecord(env.dataDir);
	if (record && (await stillRuns(record))) process.kill(record.pid, "SIGUSR2");
	const client = createEngineClient(join(env.dataDir, "engine.sock"));
	const engine = await client.call("engine.info", {}, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
	const engineStart = engine && (await startTimeOf(engine.pid));
	if (engine) {
		print(destroy ? "removing labs" : "putting labs to rest");
		await client.call("engine.stop", { destroy }, { signal: AbortSignal.any([signal, AbortSignal.timeout(300_000)]) });
	} else if (destroy) {
		throw new AppError("engine-down", "No engine runs, so nothing can remove its labs.", { mend: "npm start, then npm stop -- --destroy" });
	}
	const leftOver = Object.values(record?.children ?? {});
	if (engine && engineStart) leftOver.push({ pid: engine.pid, startTime: engineStart });
	if (record) leftOver.unshift(record);
	const later = await readLater(env.dataDir);
	if (later) leftOver.push(later);
	for (const one of leftOver) await endProcess(one, { graceMs: 30_000, clock: systemClock });
	if (record) await removeRecord(env.dataDir);
	if (later) await removeLater(env.dataDir);
	if (destroy && (await removeSwapFile({ dataDir: env.dataDir, signal }))) print("removed the swap file");
	print(engine || record ? "Faultline has ended." : "Faultline does not run here.");
	if (!args.includes("--keep-docker")) await stopEmptyDocker(signal);
}

async function stopEmptyDocker(signal: AbortSignal): Promise<void> {
	const docker = await findProgram("docker");
	if (!docker || (await ownDaemonPid()) === null) return;
	const containers = await runCommand(docker, ["ps", "--all", "--quiet"], { timeoutMs: 30_000, signal });
	if (containers.exitCode !== 0 || containers.stdout.trim() !== "") return;
	if (await stopDaemon(signal)) print("The Docker Engine that Faultline had started has ended: no container was left.");
}

await main(process.argv.slice(2)).catch(tellError);
