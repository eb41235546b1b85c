package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

const (
	// maxShells bounds what a lab's terminals can cost: each may hold 10 MiB.
	maxShells = 16
	// maxEnded is how many ended shells stay known.
	maxEnded = 8
)

// host knows all shells.
type host struct {
	login  login
	reaper *reaper
	mutex  sync.Mutex
	shells map[string]*shell
}

// about is one row of `shell-host list`.
type about struct {
	Shell    string `json:"shell"`
	PID      int64  `json:"pid"`
	Running  bool   `json:"running"`
	ExitCode *int   `json:"exitCode"`
	Start    uint64 `json:"start"`
	End      uint64 `json:"end"`
	Acked    uint64 `json:"acked"`
	Attached bool   `json:"attached"`
	Cols     uint16 `json:"cols"`
	Rows     uint16 `json:"rows"`
}

// serve answers until SIGTERM, then hangs up all shells.
func serve(socket string, login login) int {
	h := &host{login: login, reaper: newReaper(), shells: map[string]*shell{}}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, unix.SIGTERM, unix.SIGINT)
	listener, err := listen(socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, "shell-host:", err)
		return exitLost
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go h.answer(&wire{Conn: connection})
		}
	}()
	<-stop
	_ = listener.Close()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	var ending sync.WaitGroup
	for _, shell := range h.shells {
		if shell.running() {
			ending.Go(shell.hangUp)
		}
	}
	ending.Wait()
	return 0
}

// listen makes the socket under a passing name and renames it, so that whoever sees it can connect.
func listen(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	passing := path + ".new"
	_ = os.Remove(passing)
	old := unix.Umask(0o177)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: passing, Net: "unix"})
	unix.Umask(old)
	if err != nil {
		return nil, err
	}
	listener.SetUnlinkOnClose(false)
	return listener, os.Rename(passing, path)
}

func (h *host) answer(wire *wire) {
	defer wire.Close()
	kind, payload, err := wire.receive()
	var want hello
	if err != nil || kind != frameHello || json.Unmarshal(payload, &want) != nil {
		return
	}
	refuse := func(code int, why string) { _ = wire.send(frameError, number32(code), []byte(why)) }
	switch want.Op {
	case "list":
		_ = wire.sendJSON(frameReply, h.list())
	case "kill":
		if !h.kill(want.Shell) {
			refuse(exitUnknown, "there is no shell "+want.Shell)
			return
		}
		_ = wire.sendJSON(frameReply, true)
	case "attach":
		shell, code, err := h.find(want)
		if err != nil {
			refuse(code, err.Error())
			return
		}
		shell.attend(wire, want)
	}
}

// find gives the shell of an attach, starting it where that is asked.
func (h *host) find(want hello) (*shell, int, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if known := h.shells[want.Shell]; known != nil {
		return known, 0, nil
	}
	if !want.Create {
		return nil, exitUnknown, fmt.Errorf("there is no shell %s", want.Shell)
	}
	h.forgetOldest()
	if h.running() >= maxShells {
		return nil, exitNotStarted, fmt.Errorf("%d shells are open already", maxShells)
	}
	size := pty.Winsize{Cols: 80, Rows: 24}
	if want.Cols > 0 && want.Rows > 0 {
		size = pty.Winsize{Cols: uint16(want.Cols), Rows: uint16(want.Rows)}
	}
	started, err := startShell(want.Shell, h.login, h.reaper, size)
	if err != nil {
		return nil, exitNotStarted, err
	}
	h.shells[want.Shell] = started
	return started, 0, nil
}

// forgetOldest keeps ended shells few.
func (h *host) forgetOldest() {
	var ended []*shell
	for _, shell := range h.shells {
		if !shell.running() {
			ended = append(ended, shell)
		}
	}
	slices.SortFunc(ended, func(a, b *shell) int { return a.at.Compare(b.at) })
	for len(ended) > maxEnded {
		delete(h.shells, ended[0].id)
		ended = ended[1:]
	}
}

func (h *host) running() int {
	count := 0
	for _, shell := range h.shells {
		if shell.running() {
			count++
		}
	}
	return count
}

func (h *host) kill(id string) bool {
	h.mutex.Lock()
	shell := h.shells[id]
	h.mutex.Unlock()
	if shell == nil {
		return false
	}
	if shell.running() {
		shell.hangUp()
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.shells[id] == shell {
		delete(h.shells, id)
	}
	return true
}

func (h *host) list() []about {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	rows := []about{}
	for _, shell := range h.shells {
		row := about{Shell: shell.id, PID: shell.pid.Load(), Running: shell.running()}
		if !row.Running {
			row.ExitCode = &shell.code
		}
		row.Start, row.End, row.Acked = shell.spool.bounds()
		shell.mutex.Lock()
		row.Attached, row.Cols, row.Rows = shell.attached != nil, shell.size.Cols, shell.size.Rows
		shell.mutex.Unlock()
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b about) int { return strings.Compare(a.Shell, b.Shell) })
	return rows
}
