package main

import (
	"bytes"
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// finder knows which processes belong to which pod. A scan of /proc is kept
// and each entry checked again when it is used; a new scan is made only where
// the kept one does not answer, and one scan serves all who wait for it.
type finder struct {
	proc string

	mutex sync.RWMutex
	pods  map[string][]int

	scanning sync.Mutex
	begun    atomic.Int64
	// ended is the number of the last scan that ended; under scanning.
	ended int64
}

func newFinder(proc string) *finder {
	return &finder{proc: proc, pods: map[string][]int{}}
}

// process is a live process of a pod.
type process struct {
	pid int
	// start is in clock ticks since boot; with the pid it names a process for good.
	start    uint64
	network  string
	mount    string
	resolves bool
}

var errNoProcess = errors.New("no live process of it")

// pod returns the process that a probe stands in for: in the network namespace
// of the pod's sandbox, an application's rather than the sandbox's own.
// @errors errNoProcess
func (f *finder) pod(uid string) (process, error) {
	f.mutex.RLock()
	pids := f.pods[uid]
	f.mutex.RUnlock()
	chosen, whole := choose(f.live(uid, pids))
	if whole {
		return chosen, nil
	}
	f.scan()
	f.mutex.RLock()
	pids = f.pods[uid]
	f.mutex.RUnlock()
	if chosen, _ = choose(f.live(uid, pids)); chosen.pid == 0 {
		return process{}, errNoProcess
	}
	return chosen, nil
}

// choose picks from a pod's live processes; whole says that it is an application's.
func choose(live []process) (chosen process, whole bool) {
	if len(live) == 0 {
		return process{}, false
	}
	slices.SortFunc(live, func(a, b process) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.pid, b.pid))
	})
	sandbox := live[0]
	for _, candidate := range live[1:] {
		if candidate.network == sandbox.network && candidate.mount != sandbox.mount && candidate.resolves {
			return candidate, true
		}
	}
	return sandbox, false
}

// live keeps those pids that are, now, processes of the pod.
func (f *finder) live(uid string, pids []int) []process {
	live := make([]process, 0, len(pids))
	for _, pid := range pids {
		cgroup, err := os.ReadFile(f.path(pid, "cgroup"))
		if err != nil || podOf(cgroup) != uid {
			continue
		}
		if p, err := f.look(pid); err == nil {
			live = append(live, p)
		}
	}
	return live
}

// look describes a process; it fails for one that has ended, a zombie included.
func (f *finder) look(pid int) (process, error) {
	p := process{pid: pid}
	stat, err := os.ReadFile(f.path(pid, "stat"))
	if err != nil {
		return p, errNoProcess
	}
	// After the command name, which may hold anything: state is the 3rd field of proc_pid_stat(5), start the 22nd.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || fields[0][0] == 'Z' || fields[0][0] == 'X' {
		return p, errNoProcess
	}
	if p.start, err = strconv.ParseUint(string(fields[19]), 10, 64); err != nil {
		return p, err
	}
	if p.network, err = os.Readlink(f.path(pid, "ns/net")); err != nil {
		return p, errNoProcess
	}
	if p.mount, err = os.Readlink(f.path(pid, "ns/mnt")); err != nil {
		return p, errNoProcess
	}
	p.resolves = hasFile(f.path(pid, "root"), resolvConf)
	return p, nil
}

// scan reads every process's cgroup once. A caller that had to wait for a scan
// which began after its call takes that one's answer.
func (f *finder) scan() {
	seen := f.begun.Load()
	f.scanning.Lock()
	defer f.scanning.Unlock()
	if f.ended > seen {
		return
	}
	number := f.begun.Add(1)
	pods := map[string][]int{}
	for _, pid := range f.pids() {
		cgroup, err := os.ReadFile(f.path(pid, "cgroup"))
		if err != nil {
			continue
		}
		if uid := podOf(cgroup); uid != "" {
			pods[uid] = append(pods[uid], pid)
		}
	}
	f.mutex.Lock()
	f.pods = pods
	f.mutex.Unlock()
	f.ended = number
}

func (f *finder) pids() []int {
	directory, err := os.Open(f.proc)
	if err != nil {
		return nil
	}
	defer directory.Close()
	names, _ := directory.Readdirnames(-1)
	pids := make([]int, 0, len(names))
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (f *finder) path(pid int, name string) string {
	return filepath.Join(f.proc, strconv.Itoa(pid), name)
}
