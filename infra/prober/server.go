package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

const (
	// maxLine is the longest request line in bytes.
	maxLine = 256 << 10
	// maxProbes and maxProbesEach bound the probes that run at once: a probe may hold two sockets and two
	// files, and a host may allow as few as 20,000 open files in all.
	maxProbes     = 512
	maxProbesEach = 256
	// writeTimeout ends a connection whose peer does not read.
	writeTimeout = 30 * time.Second
)

// server runs the requests of all connections.
type server struct {
	prober *prober
	places chan struct{}
}

func newServer(prober *prober) *server {
	return &server{prober: prober, places: make(chan struct{}, maxProbes)}
}

// serve answers one connection until it closes; its probes end with it.
func (s *server) serve(ctx context.Context, connection net.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer func() {
		cancel()
		_ = connection.Close()
		running.Wait()
	}()
	defer context.AfterFunc(ctx, func() { _ = connection.Close() })()
	var writing sync.Mutex
	answer := func(r result) {
		line, err := json.Marshal(r)
		if err != nil || ctx.Err() != nil {
			return
		}
		writing.Lock()
		defer writing.Unlock()
		_ = connection.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := connection.Write(append(line, '\n')); err != nil {
			cancel()
		}
	}
	own := make(chan struct{}, maxProbesEach)
	lines := bufio.NewScanner(connection)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		request, err := parseRequest(line)
		if err != nil {
			answer(result{ID: request.ID, Outcome: proberError, Detail: err.Error()})
			continue
		}
		if !take(ctx, own) || !take(ctx, s.places) {
			return
		}
		running.Go(func() {
			defer func() { <-s.places; <-own }()
			answer(s.probe(ctx, request))
		})
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		answer(result{Outcome: proberError, Detail: fmt.Sprintf("a request is longer than %d bytes", maxLine)})
	}
}

func take(ctx context.Context, places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// probe runs one request within its time; whatever goes wrong is a result.
func (s *server) probe(ctx context.Context, r request) (ended result) {
	begun := time.Now()
	defer func() {
		if fault := recover(); fault != nil {
			ended = result{Outcome: proberError, Detail: fmt.Sprint(fault)}
		}
		ended.ID, ended.DurationMS = r.ID, milliseconds(begun)
	}()
	ctx, cancel := context.WithTimeout(ctx, time.Duration(r.TimeoutMS)*time.Millisecond)
	defer cancel()
	return s.prober.run(ctx, r)
}

func milliseconds(since time.Time) float64 {
	return float64(time.Since(since).Microseconds()) / 1000
}
