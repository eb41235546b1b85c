package main

import (
	"os"
	"os/exec"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
)

// reaper collects all ended children, orphans included: as PID 1, or a
// subreaper, shell-host is everybody's last parent.
type reaper struct {
	mutex sync.Mutex
	await map[int]chan unix.WaitStatus
}

func newReaper() *reaper {
	r := &reaper{await: map[int]chan unix.WaitStatus{}}
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, unix.SIGCHLD)
	go func() {
		for range ended {
			r.reap()
		}
	}()
	return r
}

func (r *reaper) reap() {
	for {
		r.mutex.Lock()
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if await := r.await[pid]; pid > 0 && await != nil {
			await <- status
			delete(r.await, pid)
		}
		r.mutex.Unlock()
		if err == unix.EINTR {
			continue
		}
		if pid <= 0 {
			return
		}
	}
}

// start runs a command; its status comes once, on the channel. The lock keeps
// its end from being collected before somebody waits for it.
func (r *reaper) start(command *exec.Cmd) (<-chan unix.WaitStatus, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if err := command.Start(); err != nil {
		return nil, err
	}
	status := make(chan unix.WaitStatus, 1)
	r.await[command.Process.Pid] = status
	return status, nil
}

// exitCode is a status as a shell tells it: 128+n for signal n.
func exitCode(status unix.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}
