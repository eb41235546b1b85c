package gate

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Serve listens for arrivals until ctx ends and hands each to admit, which returns when the pod's policies are in force
// or the error that keeps the pod from starting.
func Serve(ctx context.Context, socket string, admit func(context.Context, Arrival) error) error {
	if err := os.MkdirAll(filepath.Dir(socket), 0o755); err != nil {
		return fmt.Errorf("preparing the gate: %w", err)
	}
	// A socket left by an earlier process would keep the address taken.
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("preparing the gate: %w", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", socket)
	if err != nil {
		return fmt.Errorf("opening the gate: %w", err)
	}
	context.AfterFunc(ctx, func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(ctx, connection, admit)
		}
	}()
	return nil
}

func answer(ctx context.Context, connection net.Conn, admit func(context.Context, Arrival) error) {
	defer connection.Close()
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	// No error to handle: a deadline that could not be set shows at the read below.
	_ = connection.SetDeadline(time.Now().Add(Patience))
	arrival, reply := Arrival{}, Answer{}
	if err := json.NewDecoder(connection).Decode(&arrival); err != nil {
		reply.Error = "the call could not be read: " + err.Error()
	} else if err := admit(ctx, arrival); err != nil {
		reply.Error = err.Error()
	}
	// The plugin may have gone; it then has its own error to tell.
	_ = json.NewEncoder(connection).Encode(reply)
}
