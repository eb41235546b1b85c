// Command shell-host keeps the learner's shells: `serve` owns their terminals
// and output, the other words speak to it. README.md has the interface.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
)

// Exit codes of all words but serve.
const (
	exitEnded      = 0
	exitWrongCall  = 2
	exitLost       = 3
	exitUnknown    = 4
	exitReplaced   = 5
	exitNotStarted = 6
)

const defaultSocket = "/run/shell-host/shell-host.sock"

var shellID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func main() {
	if len(os.Args) < 2 {
		wrong("one of serve, attach, list, kill is needed")
	}
	word := os.Args[1]
	flags := flag.NewFlagSet("shell-host "+word, flag.ContinueOnError)
	socket := flags.String("socket", defaultSocket, "shell-host's socket")
	switch word {
	case "lead":
		os.Exit(lead(os.Args[2:]))
	case "serve":
		login := login{}
		flags.StringVar(&login.user, "user", "learner", "whom shells belong to")
		flags.StringVar(&login.shell, "shell", "/bin/bash", "the shell")
		parse(flags)
		os.Exit(serve(*socket, login))
	case "list":
		parse(flags)
		os.Exit(list(*socket))
	case "kill":
		shell := flags.String("shell", "", "the shell's ID")
		parse(flags)
		need(*shell)
		os.Exit(kill(*socket, *shell))
	case "attach":
		want := hello{Op: "attach"}
		flags.StringVar(&want.Shell, "shell", "", "the shell's ID")
		flags.Uint64Var(&want.From, "from", 0, "offset of the first byte to print")
		flags.UintVar(&want.Cols, "cols", 0, "columns where the terminal does not say")
		flags.UintVar(&want.Rows, "rows", 0, "rows where the terminal does not say")
		flags.BoolVar(&want.Create, "create", false, "start the shell where there is none of that ID")
		flags.BoolVar(&want.Acks, "acks", false, "take acknowledgements out of the input")
		parse(flags)
		need(want.Shell)
		os.Exit(attach(*socket, want))
	default:
		wrong("no such word: " + word)
	}
}

func parse(flags *flag.FlagSet) {
	if err := flags.Parse(os.Args[2:]); err != nil || flags.NArg() > 0 {
		wrong("wrong arguments")
	}
}

func need(shell string) {
	if !shellID.MatchString(shell) {
		wrong("--shell must be 1 to 64 of A-Z a-z 0-9 . _ -")
	}
}

func wrong(message string) {
	fmt.Fprintln(os.Stderr, "shell-host:", message)
	os.Exit(exitWrongCall)
}
