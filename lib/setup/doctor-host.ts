import { readFile } from "node:fs/promises";
import { release } from "node:os";
import type { Env } from "../core/env.ts";
import { readMissingCapabilities } from "./capabilities.ts";
import type { Finding } from "./finding.ts";
import { freeDiskBytes, inGib, neededDiskBytes, neededMemoryBytes, parseMemory } from "./host-checks.ts";
import { kernelFeatures, missingFeatures, readKernelConfig } from "./kernel.ts";
import { raiseCommand, readLimits } from "./sysctls.ts";

/** What Faultline needs of the machine and its kernel. */
export async function checkHost(env: Env): Promise<Finding[]> {
	return [checkNode(), await checkMemory(), ...(await checkDisk(env)), await checkKernel(), await checkLimits(), await checkCapabilities()];
}

function checkNode(): Finding {
	const ok = Number(process.versions.node.split(".")[0]) >= 24;
	return { name: "Node", ok, found: process.version, needed: "24 or newer", mend: ok ? null : "npx faultline doctor brings it by itself" };
}

async function checkMemory(): Promise<Finding> {
	const memory = parseMemory(await readFile("/proc/meminfo", "utf8"));
	const ok = memory.availableBytes >= neededMemoryBytes;
	return {
		name: "memory",
		ok,
		found: `${inGib(memory.availableBytes)} free of ${inGib(memory.totalBytes)}`,
		needed: `${inGib(neededMemoryBytes)} free`,
		mend: ok ? null : "End other programs, or add memory or swap.",
	};
}

async function checkDisk(env: Env): Promise<Finding[]> {
	return Promise.all(
		[env.cacheDir, "/var/lib/docker"].map(async (folder) => {
			const free = await freeDiskBytes(folder);
			const ok = free >= neededDiskBytes.running;
			return {
				name: `disk at ${folder}`,
				ok,
				found: `${inGib(free)} free`,
				needed: `${inGib(neededDiskBytes.running)} free; ${inGib(neededDiskBytes.building)} while images are built`,
				mend: ok ? null : "docker system prune removes what Docker no longer uses.",
			};
		}),
	);
}

async function checkKernel(): Promise<Finding> {
	const needed = kernelFeatures.map((feature) => feature.option).join(", ");
	const config = await readKernelConfig();
	if (config === null) return { name: "kernel", ok: true, found: `${release()}, which does not tell how it was built`, needed, mend: null };
	const missing = missingFeatures(config);
	return {
		name: "kernel",
		ok: missing.length === 0,
		found:
			missing.length === 0
				? `${release()} has them all`
				: `${release()} lacks ${missing.map((one) => `${one.option} (${one.for})`).join(", ")}`,
		needed,
		mend: missing.length === 0 ? null : "Use a kernel that has these options; Debian's own has them.",
	};
}

async function checkLimits(): Promise<Finding> {
	const limits = await readLimits();
	const low = limits.filter((limit) => !limit.ok);
	return {
		name: "inotify",
		ok: low.length === 0,
		found: limits.map((limit) => `${limit.name}=${limit.value}`).join(", "),
		needed: limits.map((limit) => `${limit.name} at least ${limit.atLeast}`).join(", "),
		mend: low.length === 0 ? null : raiseCommand(low),
	};
}

/** A lack is no fault by itself: it is one where privileged containers fail, which the Docker check tries. */
async function checkCapabilities(): Promise<Finding> {
	const missing = await readMissingCapabilities();
	return {
		name: "capabilities",
		ok: true,
		found: missing.length === 0 ? "all that the kernel knows" : `${missing.join(", ")} missing; containers start without`,
		needed: "whatever privileged containers need here",
		mend: null,
	};
}
