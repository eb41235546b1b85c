package main

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A query that is lost must cost one request its answer, not all that ask for the name meanwhile.
func TestEachCallLooksItsUpstreamUpByItself(t *testing.T) {
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	var sockets atomic.Int32
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		sockets.Add(1)
		return (&net.Dialer{}).DialContext(ctx, "udp", silent.LocalAddr().String())
	}
	caller := newCaller(500*time.Millisecond, dial)
	socketsOf := func(calls int) int32 {
		sockets.Store(0)
		var together sync.WaitGroup
		for range calls {
			together.Go(func() {
				if _, err := caller.call(t.Context(), "http://catalog.example./", ""); err == nil {
					t.Error("a silent name server answered")
				}
			})
		}
		together.Wait()
		return sockets.Load()
	}
	alone := socketsOf(1)
	if together := socketsOf(3); alone == 0 || together != 3*alone {
		t.Fatalf("one call asked %d times, three at once %d times", alone, together)
	}
}
