// Command runtime stands between Docker and runc on hosts whose root lacks a capability in its bounding set.
//
// Docker before 23 asks for every capability that the kernel knows when a container is privileged, and runc refuses to
// apply one that its own bounding set lacks. This program takes the missing ones, and limits that only CAP_SYS_RESOURCE
// could raise, out of what Docker asks for, and becomes runc: of `create` and `run` in the bundle's config.json, of
// `exec` in the process file.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

func main() {
	if err := prepare(os.Args[1:]); err != nil {
		// runc goes on with what Docker asked for; its own error then says what is wrong with it.
		fmt.Fprintln(os.Stderr, "faultline runtime:", err)
	}
	runc, err := exec.LookPath("runc")
	if err != nil {
		fmt.Fprintln(os.Stderr, "faultline runtime:", err)
		os.Exit(127)
	}
	err = syscall.Exec(runc, append([]string{"runc"}, os.Args[1:]...), os.Environ())
	fmt.Fprintln(os.Stderr, "faultline runtime:", err)
	os.Exit(126)
}

// prepare edits the file that this call of runc is going to read, where there is one.
func prepare(args []string) error {
	file, top := target(args)
	if file == "" {
		return nil
	}
	own, err := readHost()
	if err != nil {
		return err
	}
	return rewrite(file, top, own)
}

// target names the file that holds the process of this call, and whether the process is the file's top level.
func target(args []string) (file string, top bool) {
	command, rest := subcommand(args)
	switch command {
	case "create", "run", "restore":
		bundle, found := flagValue(rest, "bundle", "b")
		if !found {
			bundle = "."
		}
		return filepath.Join(bundle, "config.json"), false
	case "exec":
		process, found := flagValue(rest, "process", "p")
		if !found {
			return "", false
		}
		return process, true
	}
	return "", false
}
