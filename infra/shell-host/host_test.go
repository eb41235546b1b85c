package main

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

func TestEveryByteAndTheExitCodeArrive(t *testing.T) {
	f := serving(t, "seq 1 200000; exit 7")
	want, _ := exec.Command("bash", "-c", "seq 1 200000 | sed 's/$/\\r/'").Output()
	v := f.attach("--create")
	if at := v.offset(); at != 0 {
		t.Fatalf("begins at %d", at)
	}
	got, shell, attach := v.rest()
	if !bytes.Equal(got, want) || shell != 7 || attach != 0 {
		t.Fatalf("%d bytes of %d, shell %d, attach %d", len(got), len(want), shell, attach)
	}
	// An ended shell can be asked for its end, and is not started anew.
	v = f.attach("--create", "--from", "1288800")
	if at := v.offset(); at != 1288800 {
		t.Fatalf("begins at %d", at)
	}
	if got, shell, _ = v.rest(); !bytes.Equal(got, want[1288800:]) || shell != 7 {
		t.Fatalf("%q, shell %d", got, shell)
	}
}

func TestWhatTheShellWroteLastIsNotLostWhenNobodyReads(t *testing.T) {
	total := unread + 70_000
	f := serving(t, fmt.Sprintf("stty raw; head -c %d /dev/zero | tr '\\0' x; printf END; exit 3", total))
	v := f.attach("--create", "--acks")
	v.offset()
	must(t, v.Process.Kill())
	f.until("the spool is full", func() bool { return f.row().End == unread })
	v = f.attach()
	if at := v.offset(); at != 0 {
		t.Fatalf("begins at %d", at)
	}
	got, shell, attach := v.rest()
	if len(got) != total+3 || !bytes.HasSuffix(got, []byte("xEND")) || shell != 3 || attach != 0 {
		t.Fatalf("%d bytes of %d, shell %d, attach %d", len(got), total+3, shell, attach)
	}
}

func TestAShellOutlivesItsViewerAndGoesOnByOffset(t *testing.T) {
	f := serving(t, "stty -echo; echo ready; while read -r line; do echo \"got $line\"; done; exit 0")
	v := f.attach("--create")
	v.offset()
	v.until("ready\r\n")
	must(t, v.Process.Kill())
	f.until("the viewer is gone", func() bool { return !f.row().Attached })
	v = f.attach("--from", "2")
	if at := v.offset(); at != 2 {
		t.Fatalf("begins at %d", at)
	}
	v.until("ady\r\n")
	_, _ = io.WriteString(v.keys, "héllo\n")
	v.until("got héllo\r\n")
	_, _ = io.WriteString(v.keys, "\x04")
	if _, shell, attach := v.rest(); shell != 0 || attach != 0 {
		t.Fatalf("shell %d, attach %d", shell, attach)
	}
	if v := f.attach("--from", "999999"); v.offset() != 7+12 {
		t.Fatal("an offset beyond the end is not put at the end")
	}
}

func TestOutputIsHeldBackUntilItIsAcknowledged(t *testing.T) {
	const total = 20_000_000
	f := serving(t, fmt.Sprintf("stty raw -echo; head -c %d /dev/zero | tr '\\0' x", total))
	v := f.attach("--create", "--acks")
	v.offset()
	// Read by somebody who acknowledges nothing, as an attach does whose client was killed.
	_, err := io.CopyN(io.Discard, v.out, unread)
	must(t, err)
	if row := f.row(); row.End != unread || row.Acked != 0 || !row.Running {
		t.Fatalf("%+v", row)
	}
	next := f.attach("--acks")
	if at := next.offset(); at != 0 {
		t.Fatalf("begins at %d", at)
	}
	if _ = v.Wait(); v.ProcessState.ExitCode() != exitReplaced {
		t.Fatalf("the older attach ended with %d", v.ProcessState.ExitCode())
	}
	// The trailer may come with the last of the output: what is read stops short of both, so that rest tells them apart.
	const last = 1000
	buffer, read := make([]byte, 1<<20), 0
	for read < total-last {
		size, err := next.out.Read(buffer[:min(len(buffer), total-last-read)])
		must(t, err)
		read += size
		_, _ = fmt.Fprintf(next.keys, "\x1b_FA;%020d\x1b\\", read)
	}
	if tail, shell, attach := next.rest(); shell != 0 || attach != 0 || read+len(tail) != total {
		t.Fatalf("%d bytes, shell %d, attach %d", read+len(tail), shell, attach)
	}
	row := f.row()
	if row.Start < total-kept-2*chunkSize || row.Start > total-kept {
		t.Fatalf("kept from %d on", row.Start)
	}
	if late := f.attach("--from", "0"); late.offset() != int(row.Start) {
		t.Fatal("what is gone is not said to be gone")
	}
}

func TestTheShellHasTheTerminalsSize(t *testing.T) {
	f := serving(t, "trap 'stty size' WINCH; stty size; while :; do sleep 0.05; done")
	command := f.command("attach", "--shell", "one", "--create")
	terminal, err := pty.StartWithSize(command, &pty.Winsize{Cols: 101, Rows: 31})
	must(t, err)
	defer terminal.Close()
	v := &viewer{t: t, out: terminal}
	v.offset()
	v.until("31 101\r\n")
	must(t, pty.Setsize(terminal, &pty.Winsize{Cols: 120, Rows: 40}))
	v.until("40 120\r\n")
	if row := f.row(); row.Cols != 120 || row.Rows != 40 {
		t.Fatalf("%+v", row)
	}
	must(t, command.Process.Kill())
	_ = command.Wait()
}

func TestKillEndsTheShellWithAllItsJobs(t *testing.T) {
	f := serving(t, "set -m; trap '' HUP; sleep 1000 & echo started; wait; sleep 1000")
	v := f.attach("--create")
	v.offset()
	v.until("started")
	pid := f.row().PID
	must(t, f.command("kill", "--shell", "one").Run())
	if _, shell, attach := v.rest(); shell != 137 || attach != 0 {
		t.Fatalf("shell %d, attach %d", shell, attach)
	}
	if unix.Kill(int(pid), 0) == nil {
		t.Fatal("it lives on")
	}
	if err := f.command("kill", "--shell", "one").Run(); err.(*exec.ExitError).ExitCode() != exitUnknown {
		t.Fatal("it is still known")
	}
}

func TestOrphansAreReaped(t *testing.T) {
	f := serving(t, "(sleep 0 & echo orphan $!) ; read -r line")
	v := f.attach("--create")
	v.offset()
	v.until("\n")
	var orphan int
	_, err := fmt.Sscanf(v.seen.String(), "orphan %d", &orphan)
	must(t, err)
	f.until("the orphan is gone", func() bool { return unix.Kill(orphan, 0) != nil })
}

func TestWrongCallsHaveTheirOwnCodes(t *testing.T) {
	f := serving(t, "exit 0")
	for want, arguments := range map[int][]string{
		exitUnknown:   {"attach", "--shell", "none"},
		exitWrongCall: {"attach", "--shell", "../x", "--create"},
	} {
		if err := f.command(arguments...).Run(); err.(*exec.ExitError).ExitCode() != want {
			t.Errorf("%v: %v", arguments, err)
		}
	}
	f.socket += "-not"
	if err := f.command("list").Run(); err.(*exec.ExitError).ExitCode() != exitLost {
		t.Errorf("no server: %v", err)
	}
	f.socket = strings.TrimSuffix(f.socket, "-not")
}
