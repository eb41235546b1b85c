package main

import "strings"

// Flags of runc itself that take no value; every other one before the command is followed by its value.
var switches = map[string]bool{"debug": true, "systemd-cgroup": true, "help": true, "h": true, "version": true, "v": true}

// subcommand finds runc's command behind runc's own flags, and what follows it.
func subcommand(args []string) (string, []string) {
	for i := 0; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "-") {
			return args[i], args[i+1:]
		}
		name := strings.TrimLeft(args[i], "-")
		if !strings.Contains(name, "=") && !switches[name] {
			i++
		}
	}
	return "", nil
}

// flagValue finds the value of a flag by any of its names, written `--name value` or `--name=value`.
func flagValue(args []string, names ...string) (string, bool) {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if !strings.HasPrefix(arg, "-") {
			continue
		}
		flag, value, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		for _, name := range names {
			if flag != name {
				continue
			}
			if joined {
				return value, true
			}
			if i+1 < len(args) {
				return args[i+1], true
			}
		}
	}
	return "", false
}
