package main

import (
	"bytes"
	"strconv"
	"time"
)

// ackLength is that of `ESC _ F A ; <20 digits> ESC \`.
const ackLength = 27

var ackHead = []byte("\x1b_FA;")

// ackFilter takes acknowledgements out of keystrokes. It holds back what may
// become one; wait says how long that may be held before it counts as typed.
type ackFilter struct {
	held []byte
}

// take returns the keystrokes of the input and the highest offset acknowledged in it, 0 for none.
func (f *ackFilter) take(input []byte) (keys []byte, acked uint64) {
	rest := append(f.held, input...)
	f.held = nil
	for len(rest) > 0 {
		at := bytes.IndexByte(rest, ackHead[0])
		if at < 0 {
			return append(keys, rest...), acked
		}
		keys, rest = append(keys, rest[:at]...), rest[at:]
		switch whole, could := isAck(rest); {
		case whole:
			offset, _ := strconv.ParseUint(string(rest[len(ackHead):ackLength-2]), 10, 64)
			acked, rest = max(acked, offset), rest[ackLength:]
		case could:
			f.held = append(f.held, rest...)
			return keys, acked
		default:
			keys, rest = append(keys, rest[0]), rest[1:]
		}
	}
	return keys, acked
}

// isAck says whether input begins with an acknowledgement, or could when more of it comes.
func isAck(input []byte) (whole, could bool) {
	for i, b := range input[:min(len(input), ackLength)] {
		fits := false
		switch {
		case i < len(ackHead):
			fits = b == ackHead[i]
		case i < ackLength-2:
			fits = b >= '0' && b <= '9'
		case i == ackLength-2:
			fits = b == '\x1b'
		default:
			fits = b == '\\'
		}
		if !fits {
			return false, false
		}
	}
	return len(input) >= ackLength, len(input) < ackLength
}

// wait is how long the held bytes may stay so. ESC and ESC _ (Alt and underscore) are keys of
// their own, and 25 ms is less than one notices; nobody types more of it than that.
func (f *ackFilter) wait() time.Duration {
	switch {
	case len(f.held) == 0:
		return 0
	case len(f.held) <= 2:
		return 25 * time.Millisecond
	}
	return time.Second
}

// flush gives up what was held.
func (f *ackFilter) flush() []byte {
	held := f.held
	f.held = nil
	return held
}
