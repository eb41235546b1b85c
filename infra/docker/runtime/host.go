package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// In the kernel's order (include/uapi/linux/capability.h): the index is the bit.
var capabilities = []string{
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
	"CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW",
	"CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT",
	"CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD",
	"CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
	"CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
}

// limits that a container may not exceed where CAP_SYS_RESOURCE is missing; the names of the OCI runtime specification.
var resources = map[string]int{"RLIMIT_NOFILE": syscall.RLIMIT_NOFILE, "RLIMIT_CORE": syscall.RLIMIT_CORE, "RLIMIT_NPROC": 6, "RLIMIT_MEMLOCK": 8}

// host is what this process may hand on.
type host struct {
	bounding uint64
	// hard limits by name, only where this process can't raise them
	hard map[string]uint64
}

func (h host) has(name string) bool {
	for bit, known := range capabilities {
		if known == name {
			return h.bounding&(1<<bit) != 0
		}
	}
	return true // newer than this list: runc decides
}

func readHost() (host, error) {
	status, err := os.Open("/proc/self/status")
	if err != nil {
		return host{}, err
	}
	defer status.Close()
	lines := bufio.NewScanner(status)
	for lines.Scan() {
		value, found := strings.CutPrefix(lines.Text(), "CapBnd:")
		if !found {
			continue
		}
		bounding, err := strconv.ParseUint(strings.TrimSpace(value), 16, 64)
		if err != nil {
			return host{}, fmt.Errorf("CapBnd: %w", err)
		}
		own := host{bounding: bounding}
		if !own.has("CAP_SYS_RESOURCE") {
			own.hard = hardLimits()
		}
		return own, nil
	}
	return host{}, fmt.Errorf("/proc/self/status has no CapBnd: %v", lines.Err())
}

func hardLimits() map[string]uint64 {
	hard := map[string]uint64{}
	for name, resource := range resources {
		var limit syscall.Rlimit
		if syscall.Getrlimit(resource, &limit) == nil {
			hard[name] = limit.Max
		}
	}
	return hard
}
