package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a shell has to end after SIGHUP.
const patience = 3 * time.Second

// hangUp ends a shell as a lost line would, and by force where it does not heed that.
func (s *shell) hangUp() {
	signalled := func(signal unix.Signal) {
		for _, group := range s.groups() {
			_ = unix.Kill(-group, signal)
		}
	}
	// What is stopped or blocked on a full spool must be able to end.
	signalled(unix.SIGHUP)
	signalled(unix.SIGCONT)
	select {
	case <-s.ended:
		return
	case <-time.After(patience):
	}
	signalled(unix.SIGKILL)
	_ = unix.Kill(s.leader, unix.SIGKILL)
	s.spool.close()
	<-s.ended
}

// groups are the process groups of the shell's session, the leader's own left out.
func (s *shell) groups() []int {
	var groups []int
	seen := map[int]bool{s.leader: true}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// proc_pid_stat(5): after the name come state, parent, group, session.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) < 4 || string(fields[3]) != strconv.Itoa(s.leader) {
			continue
		}
		if group, err := strconv.Atoi(string(fields[2])); err == nil && !seen[group] {
			seen[group] = true
			groups = append(groups, group)
		}
	}
	return groups
}
