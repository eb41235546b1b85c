package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"sync"
)

// Frames between serve and the other words: a type, a length of 4 bytes, and
// as many bytes. Offsets are 8 bytes, numbers big-endian.
const (
	frameHello   = 'H' // → hello as JSON
	frameInput   = 'I' // → keystrokes
	frameSize    = 'R' // → cols and rows, 2 bytes each
	frameWritten = 'W' // → offset up to which output has been written out
	frameAck     = 'A' // → offset up to which output is safe
	frameStart   = 'S' // ← offset of the first output
	frameOutput  = 'O' // ← output
	frameExit    = 'X' // ← exit code, 4 bytes: the shell ended, all output came before
	frameTaken   = 'T' // ← a newer attach took over
	frameError   = 'E' // ← exit code of the word, 4 bytes, and why
	frameReply   = 'J' // ← JSON
)

// maxFrame bounds a frame; both sides send less.
const maxFrame = 256 << 10

// hello is the first frame of a connection.
type hello struct {
	Op     string `json:"op"`
	Shell  string `json:"shell,omitempty"`
	From   uint64 `json:"from,omitempty"`
	Cols   uint   `json:"cols,omitempty"`
	Rows   uint   `json:"rows,omitempty"`
	Create bool   `json:"create,omitempty"`
	Acks   bool   `json:"acks,omitempty"`
}

// wire is one end of a connection; send may be called by many at once.
type wire struct {
	net.Conn
	mutex sync.Mutex
}

func (w *wire) send(kind byte, parts ...[]byte) error {
	frame := make([]byte, 5, 64)
	for _, part := range parts {
		frame = append(frame, part...)
	}
	frame[0] = kind
	binary.BigEndian.PutUint32(frame[1:], uint32(len(frame)-5))
	w.mutex.Lock()
	defer w.mutex.Unlock()
	_, err := w.Write(frame)
	return err
}

func (w *wire) sendJSON(kind byte, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return w.send(kind, text)
}

func (w *wire) receive() (kind byte, payload []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(w, head[:]); err != nil {
		return 0, nil, err
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size > maxFrame {
		return 0, nil, errors.New("a frame is too long")
	}
	payload = make([]byte, size)
	_, err = io.ReadFull(w, payload)
	return head[0], payload, err
}

func number(value uint64) []byte { return binary.BigEndian.AppendUint64(nil, value) }

func number32(value int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(value)) }

func readNumber(payload []byte) uint64 {
	if len(payload) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(payload)
}
