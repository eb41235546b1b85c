package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// login is whose shells these are.
type login struct {
	user, shell string
}

// shell is one login shell with its terminal and output.
type shell struct {
	id     string
	leader int
	pid    atomic.Int64
	spool  *spool
	input  chan []byte
	// ended is closed when all output is in the spool and code is set.
	ended chan struct{}
	code  int
	at    time.Time

	terminal *os.File
	mutex    sync.Mutex
	attached *attachment
	size     pty.Winsize
	// last is what the leader writes after all else; nil while the shell runs.
	last atomic.Pointer[[]byte]
}

// maxInput is how many frames of keystrokes wait for a program that does not read.
const maxInput = 256

// startShell opens a terminal and starts the login shell in it.
func startShell(id string, login login, reaper *reaper, size pty.Winsize) (*shell, error) {
	owner, err := user.Lookup(login.user)
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	terminal, slave, err := pty.Open()
	if err != nil {
		return nil, err
	}
	defer slave.Close()
	if err := prepare(terminal, slave, uid, size); err != nil {
		_ = terminal.Close()
		return nil, err
	}
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		_ = terminal.Close()
		return nil, err
	}
	far := os.NewFile(uintptr(ends[1]), "leader")
	near := os.NewFile(uintptr(ends[0]), "host")
	command := exec.Command("/proc/self/exe", "lead", login.shell)
	command.Args[0] = "shell-host"
	command.Stdin, command.Stdout, command.Stderr = slave, slave, slave
	command.ExtraFiles = []*os.File{far}
	command.Dir, command.Env = owner.HomeDir, environment(os.Environ(), owner, login.shell)
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if uid != os.Getuid() {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	s := &shell{id: id, spool: newSpool(), input: make(chan []byte, maxInput), ended: make(chan struct{}), terminal: terminal, size: size}
	status, err := reaper.start(command)
	// Only the leader's own copy is to be left: its end must be seen.
	_ = far.Close()
	if err != nil {
		_ = terminal.Close()
		_ = near.Close()
		return nil, err
	}
	s.leader = command.Process.Pid
	_ = command.Process.Release()
	talk := bufio.NewReader(near)
	first, _ := talk.ReadString('\n')
	if pid, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(first), "pid ")); err != nil {
		_ = terminal.Close()
		_ = near.Close()
		return nil, fmt.Errorf("the shell did not start: %s", strings.TrimSpace(strings.TrimPrefix(first, "fail ")))
	} else {
		s.pid.Store(int64(pid))
	}
	go s.typeKeys()
	go s.run(near, talk, status)
	return s, nil
}

// prepare gives the terminal its owner and size, and makes erasing respect UTF-8.
func prepare(terminal, slave *os.File, uid int, size pty.Winsize) error {
	if err := os.Chown(slave.Name(), uid, -1); err != nil {
		return err
	}
	state, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
	if err != nil {
		return err
	}
	state.Iflag |= unix.IUTF8
	if err := unix.IoctlSetTermios(int(slave.Fd()), unix.TCSETS, state); err != nil {
		return err
	}
	return pty.Setsize(terminal, &size)
}

// environment is what login(1) would leave, on top of the container's own.
func environment(own []string, owner *user.User, shell string) []string {
	set := [][2]string{
		{"HOME", owner.HomeDir}, {"USER", owner.Username}, {"LOGNAME", owner.Username}, {"SHELL", shell},
		{"TERM", "xterm-256color"}, {"COLORTERM", "truecolor"}, {"PWD", owner.HomeDir},
	}
	var whole []string
	for _, entry := range own {
		name, _, _ := strings.Cut(entry, "=")
		known := name == "OLDPWD" || name == "SHLVL" || name == "_"
		for _, pair := range set {
			known = known || pair[0] == name
		}
		if !known {
			whole = append(whole, entry)
		}
	}
	for _, pair := range set {
		whole = append(whole, pair[0]+"="+pair[1])
	}
	return whole
}

// run takes the shell's output until its end.
func (s *shell) run(near *os.File, talk *bufio.Reader, status <-chan unix.WaitStatus) {
	read := make(chan struct{})
	go func() { defer close(read); s.pump() }()
	said, err := talk.ReadString('\n')
	code, exited := -1, false
	if err == nil {
		if code, err = strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(said), "exit ")); err == nil {
			exited = true
			last := []byte(rand.Text())
			s.last.Store(&last)
			_, _ = near.Write(append(last, '\n'))
		}
	}
	<-read
	_ = near.Close()
	ended := <-status
	if !exited {
		code = exitCode(ended)
	}
	_ = s.terminal.Close()
	s.code, s.at = code, time.Now()
	s.spool.close()
	close(s.ended)
}

// pump moves output into the spool, up to the leader's last words or the terminal's end.
func (s *shell) pump() {
	buffer := make([]byte, 32<<10)
	var held []byte
	for {
		size, err := s.terminal.Read(buffer)
		output := append(held, buffer[:size]...)
		held = nil
		if last := s.last.Load(); last != nil {
			if at := bytes.Index(output, *last); at >= 0 {
				s.spool.write(output[:at])
				return
			}
			// The last words may have come in part.
			keep := 0
			for length := min(len(output), len(*last)-1); length > 0 && keep == 0; length-- {
				if bytes.HasSuffix(output, (*last)[:length]) {
					keep = length
				}
			}
			held = append(held, output[len(output)-keep:]...)
			output = output[:len(output)-keep]
		}
		s.spool.write(output)
		if err != nil {
			s.spool.write(held)
			return
		}
	}
}

// typeKeys passes keystrokes on; a program that does not read holds up only these.
func (s *shell) typeKeys() {
	for {
		select {
		case keys := <-s.input:
			if _, err := s.terminal.Write(keys); err != nil {
				return
			}
		case <-s.ended:
			return
		}
	}
}

func (s *shell) resize(cols, rows uint16) {
	if cols == 0 || rows == 0 {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.size = pty.Winsize{Cols: cols, Rows: rows}
	_ = pty.Setsize(s.terminal, &s.size)
}

func (s *shell) running() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}
