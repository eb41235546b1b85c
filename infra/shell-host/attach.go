package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"sync"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// attach joins this terminal to a shell, and returns the exit code.
func attach(socket string, want hello) int {
	connection, err := net.Dial("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, "shell-host: it can't be reached:", err)
		return exitLost
	}
	// Raw before anything is written or read: the terminal must not echo or change a byte.
	if term.IsTerminal(0) {
		state, err := term.MakeRaw(0)
		if err != nil {
			fmt.Fprintln(os.Stderr, "shell-host:", err)
			return exitLost
		}
		defer func() { _ = term.Restore(0, state) }()
	}
	wire := &wire{Conn: connection}
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, unix.SIGWINCH)
	if cols, rows := size(); cols > 0 && rows > 0 {
		want.Cols, want.Rows = uint(cols), uint(rows)
	}
	if wire.sendJSON(frameHello, want) != nil {
		return exitLost
	}
	go passSizes(wire, changed)
	screen := newScreen(wire)
	ended := make(chan int, 4)
	go func() { ended <- screen.paint() }()
	go func() { ended <- follow(wire, screen, func() { go passKeys(wire, want.Acks, ended) }) }()
	return <-ended
}

// follow takes what serve says, until it is the last word.
func follow(wire *wire, screen *screen, started func()) int {
	for {
		kind, payload, err := wire.receive()
		if err != nil {
			screen.stop(nil)
			return exitLost
		}
		switch kind {
		case frameStart:
			screen.begin(readNumber(payload))
			started()
		case frameOutput:
			screen.add(payload)
		case frameExit:
			screen.stop(fmt.Appendf(nil, "\x1b_FX;%03d\x1b\\", binary.BigEndian.Uint32(payload)&0xff))
			// The screen says how it ends.
			select {}
		case frameTaken:
			return exitReplaced
		case frameError:
			fmt.Fprintf(os.Stderr, "shell-host: %s\r\n", payload[4:])
			return int(binary.BigEndian.Uint32(payload))
		}
	}
}

func size() (cols, rows uint16) {
	if size, err := unix.IoctlGetWinsize(0, unix.TIOCGWINSZ); err == nil {
		return size.Col, size.Row
	}
	return 0, 0
}

func passSizes(wire *wire, changed <-chan os.Signal) {
	for range changed {
		if cols, rows := size(); cols > 0 && rows > 0 {
			_ = wire.send(frameSize, binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, cols), rows))
		}
	}
}

// passKeys passes the input on. The end of a pipe is only the end of typing; a terminal that is gone ends the attach.
func passKeys(wire *wire, acks bool, ended chan<- int) {
	input := make(chan []byte)
	go func() {
		defer close(input)
		for {
			buffer := make([]byte, 16<<10)
			size, err := os.Stdin.Read(buffer)
			if size > 0 {
				input <- buffer[:size]
			}
			if err != nil {
				if err != io.EOF || term.IsTerminal(0) {
					ended <- exitLost
				}
				return
			}
		}
	}()
	var filter ackFilter
	var late <-chan time.Time
	for {
		var keys []byte
		select {
		case typed, open := <-input:
			if !open {
				return
			}
			keys = typed
			if acks {
				var acked uint64
				if keys, acked = filter.take(typed); acked > 0 {
					_ = wire.send(frameAck, number(acked))
				}
			}
		case <-late:
			keys = filter.flush()
		}
		if late = nil; filter.wait() > 0 {
			late = time.After(filter.wait())
		}
		if len(keys) > 0 && wire.send(frameInput, keys) != nil {
			return
		}
	}
}

// screen writes output to stdout at its own pace, apart from the connection.
type screen struct {
	wire    *wire
	mutex   sync.Mutex
	more    *sync.Cond
	waiting []byte
	offset  uint64
	stopped bool
	trailer []byte
}

func newScreen(wire *wire) *screen {
	s := &screen{wire: wire}
	s.more = sync.NewCond(&s.mutex)
	return s
}

func (s *screen) begin(offset uint64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.offset = offset
	s.waiting = fmt.Appendf(s.waiting, "\x1b_FL;%020d\x1b\\", offset)
	// The header is no output.
	s.offset -= uint64(len(s.waiting))
	s.more.Signal()
}

func (s *screen) add(output []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.waiting = append(s.waiting, output...)
	s.more.Signal()
}

func (s *screen) stop(trailer []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.stopped, s.trailer = true, trailer
	s.more.Signal()
}

// paint writes until stopped, then the trailer.
func (s *screen) paint() int {
	for {
		s.mutex.Lock()
		for len(s.waiting) == 0 && !s.stopped {
			s.more.Wait()
		}
		output := s.waiting
		s.waiting = nil
		s.mutex.Unlock()
		if len(output) == 0 {
			break
		}
		if _, err := os.Stdout.Write(output); err != nil {
			return exitLost
		}
		s.mutex.Lock()
		s.offset += uint64(len(output))
		written := s.offset
		s.mutex.Unlock()
		_ = s.wire.send(frameWritten, number(written))
	}
	if s.trailer == nil {
		return exitLost
	}
	if _, err := os.Stdout.Write(s.trailer); err != nil {
		return exitLost
	}
	return exitEnded
}
