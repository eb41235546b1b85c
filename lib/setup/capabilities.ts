import { readFile } from "node:fs/promises";

// In the kernel's order (include/uapi/linux/capability.h): the index is the bit.
const names =
	"CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE".split(
		" ",
	);

/**
 * The capabilities that the kernel knows and a bounding set lacks, in the kernel's order.
 * @param boundingHex the value of CapBnd in /proc/<pid>/status
 * @param lastCapability the content of /proc/sys/kernel/cap_last_cap
 */
export function missingCapabilities(boundingHex: string, lastCapability: number): string[] {
	const bounding = BigInt(`0x${boundingHex.trim()}`);
	const missing: string[] = [];
	for (let bit = 0; bit <= lastCapability; bit++) {
		if ((bounding & (1n << BigInt(bit))) === 0n) missing.push(`CAP_${names[bit] ?? bit}`);
	}
	return missing;
}

/** The value of CapBnd in the text of a /proc/<pid>/status; null where it has none. */
export function boundingSet(status: string): string | null {
	return /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? null;
}

/** What this process can never hand on to a container; empty on ordinary hosts. */
export async function readMissingCapabilities(): Promise<string[]> {
	const [status, last] = await Promise.all([readFile("/proc/self/status", "utf8"), readFile("/proc/sys/kernel/cap_last_cap", "utf8")]);
	const bounding = boundingSet(status);
	return bounding === null ? [] : missingCapabilities(bounding, Number(last));
}
