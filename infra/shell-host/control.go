package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
)

func list(socket string) int { return control(socket, hello{Op: "list"}, true) }

func kill(socket, shell string) int { return control(socket, hello{Op: "kill", Shell: shell}, false) }

// control asks one question and prints the answer.
func control(socket string, want hello, show bool) int {
	connection, err := net.Dial("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, "shell-host: it can't be reached:", err)
		return exitLost
	}
	wire := &wire{Conn: connection}
	if wire.sendJSON(frameHello, want) != nil {
		return exitLost
	}
	kind, payload, err := wire.receive()
	switch {
	case err == nil && kind == frameReply:
		if show {
			fmt.Println(string(payload))
		}
		return 0
	case err == nil && kind == frameError:
		fmt.Fprintf(os.Stderr, "shell-host: %s\n", payload[4:])
		return int(binary.BigEndian.Uint32(payload))
	}
	fmt.Fprintln(os.Stderr, "shell-host: no answer")
	return exitLost
}
