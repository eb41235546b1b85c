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
	// Name servers that can't even be dialled before the test is over: no query is sent a second time, however long it takes.
	over := make(chan struct{})
	defer close(over)
	var sockets atomic.Int32
	dial := func(context.Context, string, string) (net.Conn, error) {
		sockets.Add(1)
		<-over
		return nil, net.ErrClosed
	}
	// As long as the busiest host may take to start all queries of three calls.
	caller := newCaller(3*time.Second, dial)
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
