import { expect, test } from "vitest";
import { readEnv } from "../core/env.ts";
import { readHostManifest } from "../core/host.ts";
import { newId } from "../core/ids.ts";
import { mustRun, runCommand } from "../core/run-command.ts";
import { boundingSet, missingCapabilities } from "./capabilities.ts";
import { askEngine, tryPrivileged } from "./docker-probe.ts";

const host = await readHostManifest(readEnv().dataDir);
const signal = new AbortController().signal;
const docker = (...args: string[]) => mustRun(host.docker, args, { timeoutMs: 120_000 });

test("the engine answers and runs a privileged container", async () => {
	expect(await askEngine(host.docker, signal)).toMatchObject({ up: true, info: { rootless: false } });
	expect(await tryPrivileged(host.docker, signal)).toBeNull();
});

test("a privileged container and a privileged exec get every capability that this host has, and no more", async () => {
	const name = `fl-${newId()}-privileged`;
	const status = ["cat", "/proc/self/status"];
	try {
		await docker("run", "--detach", "--privileged", "--name", name, "--entrypoint", "sleep", host.images.workstation, "3000");
		const own = boundingSet(await docker("exec", name, ...status));
		const executed = boundingSet(await docker("exec", "--privileged", name, ...status));
		const outside = boundingSet(await mustRun("cat", ["/proc/self/status"], { timeoutMs: 60_000 }));
		// Those that Docker itself knows: an older engine does not ask for the newest ones.
		const known = 37;
		const lacking = missingCapabilities(outside ?? "", known);
		expect(missingCapabilities(own ?? "", known)).toEqual(lacking);
		expect(missingCapabilities(executed ?? "", known)).toEqual(lacking);
	} finally {
		await runCommand(host.docker, ["rm", "--force", "--volumes", name], { timeoutMs: 60_000 });
	}
});

test("an address where no engine listens is said to be down, not an exception", async () => {
	const before = process.env.DOCKER_HOST;
	process.env.DOCKER_HOST = "unix:///nowhere/docker.sock";
	try {
		expect(await askEngine(host.docker, signal)).toMatchObject({ up: false, denied: false });
	} finally {
		if (before === undefined) delete process.env.DOCKER_HOST;
		else process.env.DOCKER_HOST = before;
	}
});
