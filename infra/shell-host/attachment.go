package main

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"
)

// window is how much output may be on its way to an attach: what it has not
// written out it holds itself, so that a stuck terminal never stalls the connection.
const window = 256 << 10

// attachment is one attach of a shell, on serve's side.
type attachment struct {
	wire    *wire
	shell   *shell
	acks    bool
	ended   chan struct{}
	once    sync.Once
	written chan uint64
	// taken says that a newer attach has the shell.
	taken atomic.Bool
}

// attend serves an attach until either side ends.
func (s *shell) attend(wire *wire, want hello) {
	a := &attachment{wire: wire, shell: s, acks: want.Acks, ended: make(chan struct{}), written: make(chan uint64, 1)}
	s.mutex.Lock()
	older := s.attached
	s.attached = a
	s.mutex.Unlock()
	if older != nil {
		older.taken.Store(true)
		// One that does not even listen is not waited for.
		_ = older.wire.SetWriteDeadline(time.Now().Add(2 * time.Second))
		older.end()
	}
	s.resize(uint16(want.Cols), uint16(want.Rows))
	from := s.spool.begin(want.From)
	if wire.send(frameStart, number(from)) == nil {
		go a.listen()
		a.speak(from)
	}
	a.end()
	if a.taken.Load() {
		_ = wire.send(frameTaken)
	}
	s.mutex.Lock()
	if s.attached == a {
		s.attached = nil
	}
	s.mutex.Unlock()
}

func (a *attachment) end() { a.once.Do(func() { close(a.ended) }) }

// speak sends output until the shell or the attach ends.
func (a *attachment) speak(offset uint64) {
	written := offset
	for {
		output, over, changed := a.shell.spool.read(offset, int(min(chunkSize/2, window-(offset-written))))
		switch {
		case len(output) > 0:
			if a.wire.send(frameOutput, output) != nil {
				return
			}
			offset += uint64(len(output))
			continue
		case over:
			<-a.shell.ended
			_ = a.wire.send(frameExit, number32(a.shell.code))
			// The attach closes when it has written all of it.
			<-a.ended
			return
		case offset-written >= window:
			changed = nil
		}
		select {
		case <-changed:
		case said := <-a.written:
			written = min(said, offset)
		case <-a.ended:
			return
		}
	}
}

// listen takes what the attach says; it ends the attachment when the connection ends.
func (a *attachment) listen() {
	defer a.end()
	for {
		kind, payload, err := a.wire.receive()
		if err != nil {
			return
		}
		switch kind {
		case frameInput:
			select {
			case a.shell.input <- payload:
			case <-a.shell.ended:
			case <-a.ended:
			}
		case frameSize:
			if len(payload) == 4 {
				a.shell.resize(binary.BigEndian.Uint16(payload), binary.BigEndian.Uint16(payload[2:]))
			}
		case frameAck:
			a.current(readNumber(payload))
		case frameWritten:
			offset := readNumber(payload)
			if !a.acks {
				a.current(offset)
			}
			select {
			case <-a.written:
			default:
			}
			a.written <- offset
		}
	}
}

// current acknowledges, unless a newer attach has the shell.
func (a *attachment) current(offset uint64) {
	select {
	case <-a.ended:
	default:
		a.shell.spool.acknowledge(offset)
	}
}
