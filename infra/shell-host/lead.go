package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// lead is the leader of a shell's session. When a session's leader ends, the
// kernel throws away what the terminal's owner has not read yet; so the leader
// must not be the shell, but somebody who ends after all has been read.
//
// On descriptor 3 it tells `pid N` and, when the shell has ended, `exit N`. It
// gets a line back, which it writes to the terminal: whoever reads that line
// there has read all that the shell wrote.
func lead(argument []string) int {
	if len(argument) != 1 {
		return exitWrongCall
	}
	unix.CloseOnExec(3)
	host := os.NewFile(3, "host")
	// Caught, not ignored: what is ignored the shell would inherit.
	caught := make(chan os.Signal, 8)
	signal.Notify(caught, unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU)
	shell := exec.Command(argument[0])
	shell.Args[0] = "-" + filepath.Base(argument[0])
	shell.Stdin, shell.Stdout, shell.Stderr = os.Stdin, os.Stdout, os.Stderr
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Foreground: true, Ctty: 0}
	if err := shell.Start(); err != nil {
		_, _ = fmt.Fprintf(host, "fail %s\n", err)
		return exitNotStarted
	}
	_, _ = fmt.Fprintf(host, "pid %d\n", shell.Process.Pid)
	code := 0
	if err := shell.Wait(); err != nil {
		code = exitNotStarted
		if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
			code = exitCode(unix.WaitStatus(ended.Sys().(syscall.WaitStatus)))
		}
	}
	signal.Ignore(unix.SIGTTOU, unix.SIGHUP)
	_, _ = fmt.Fprintf(host, "exit %d\n", code)
	line, err := bufio.NewReader(host).ReadString('\n')
	if err == nil {
		// As the shell may have left it, the terminal could be stopped, or could change the bytes.
		_, _ = term.MakeRaw(0)
		_ = unix.IoctlSetInt(0, unix.TCXONC, unix.TCOON)
		_, _ = io.WriteString(os.Stdout, line[:len(line)-1])
		// Closed by the host when it has read this.
		_, _ = io.Copy(io.Discard, host)
	}
	return code
}
