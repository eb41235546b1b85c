package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// program is shell-host itself, built once: it reaps all children, so it can't run within a test.
var program string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "shell-host-")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(folder, "shell-host")
	if said, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Println(string(said))
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

type fixture struct {
	t      *testing.T
	socket string
	server *exec.Cmd
}

// serving runs a shell-host whose shell is this script.
func serving(t *testing.T, script string) *fixture {
	folder := t.TempDir()
	shell := filepath.Join(folder, "shell")
	must(t, os.WriteFile(shell, []byte("#!/bin/bash\n"+script+"\n"), 0o755))
	f := &fixture{t: t, socket: filepath.Join(folder, "run", "s.sock")}
	f.server = exec.Command(program, "serve", "--socket", f.socket, "--user", "root", "--shell", shell)
	f.server.Stderr = os.Stderr
	must(t, f.server.Start())
	t.Cleanup(func() {
		_ = f.server.Process.Signal(unix.SIGTERM)
		if err := f.server.Wait(); err != nil {
			t.Errorf("serve ended with %v", err)
		}
	})
	f.until("the socket is there", func() bool { _, err := os.Stat(f.socket); return err == nil })
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) until(what string, true func() bool) {
	f.t.Helper()
	for limit := time.Now().Add(2 * time.Minute); !true(); runtime.Gosched() {
		if time.Now().After(limit) {
			f.t.Fatalf("it never comes that %s", what)
		}
	}
}

func (f *fixture) command(arguments ...string) *exec.Cmd {
	return exec.Command(program, append(arguments, "--socket", f.socket)...)
}

func (f *fixture) row() about {
	f.t.Helper()
	said, err := f.command("list").Output()
	must(f.t, err)
	var rows []about
	must(f.t, json.Unmarshal(said, &rows))
	if len(rows) != 1 {
		f.t.Fatalf("%s", said)
	}
	return rows[0]
}

// viewer is an attach on pipes, its output read as it comes.
type viewer struct {
	*exec.Cmd
	t    *testing.T
	keys io.WriteCloser
	out  io.Reader
	seen bytes.Buffer
}

func (f *fixture) attach(arguments ...string) *viewer {
	f.t.Helper()
	v := &viewer{Cmd: f.command(append([]string{"attach", "--shell", "one"}, arguments...)...), t: f.t}
	v.keys, _ = v.StdinPipe()
	v.out, _ = v.StdoutPipe()
	v.Stderr = os.Stderr
	must(f.t, v.Start())
	f.t.Cleanup(func() { _ = v.Process.Kill(); _ = v.Wait() })
	return v
}

// offset reads the header.
func (v *viewer) offset() int {
	v.t.Helper()
	header := make([]byte, 27)
	_, err := io.ReadFull(v.out, header)
	must(v.t, err)
	var offset int
	if _, err := fmt.Sscanf(string(header), "\x1b_FL;%020d\x1b\\", &offset); err != nil {
		v.t.Fatalf("header %q: %v", header, err)
	}
	return offset
}

func (v *viewer) until(text string) {
	v.t.Helper()
	buffer := make([]byte, 4096)
	for !strings.Contains(v.seen.String(), text) {
		size, err := v.out.Read(buffer)
		v.seen.Write(buffer[:size])
		if err != nil {
			v.t.Fatalf("%q does not come, only %q", text, v.seen.String())
		}
	}
}

// rest reads to the end and returns the output without its trailer, and the two exit codes.
func (v *viewer) rest() (output []byte, shell, attach int) {
	v.t.Helper()
	all, err := io.ReadAll(v.out)
	must(v.t, err)
	_ = v.Wait()
	attach = v.ProcessState.ExitCode()
	at := max(0, len(all)-10)
	if _, err := fmt.Sscanf(string(all[at:]), "\x1b_FX;%03d\x1b\\", &shell); err != nil {
		return all, -1, attach
	}
	return all[:at], shell, attach
}
