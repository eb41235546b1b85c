package main

import (
	"bytes"
	"regexp"
)

// podInCgroup finds a pod's UID in a line of /proc/PID/cgroup. The kubelet
// writes `/pod<uid>/` (cgroupfs driver) or `-pod<uid with underscores>.slice/`
// (systemd driver); a static pod's is 32 hexadecimal digits.
var podInCgroup = regexp.MustCompile(`[/-]pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?(?:/|\n|$)`)

// podOf returns the UID of the pod that a process with this /proc/PID/cgroup
// belongs to, "" for none. All lines count: on version 1 and hybrid hosts some
// hierarchies stay at the root.
func podOf(cgroup []byte) string {
	if !bytes.Contains(cgroup, []byte("pod")) {
		return ""
	}
	match := podInCgroup.FindSubmatch(cgroup)
	if match == nil {
		return ""
	}
	return string(bytes.ReplaceAll(match[1], []byte("_"), []byte("-")))
}
