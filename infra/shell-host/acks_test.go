package main

import (
	"fmt"
	"testing"
)

func TestAcknowledgementsAreTakenOutOfKeystrokesHoweverTheyAreSplit(t *testing.T) {
	ack := fmt.Sprintf("\x1b_FA;%020d\x1b\\", 4711)
	input := "ls\x1b[A\x1b" + ack + "\x1b_x" + ack[:9] + "?" + fmt.Sprintf("\x1b_FA;%020d\x1b\\", 12) + "end"
	want := "ls\x1b[A\x1b\x1b_x" + ack[:9] + "?end"
	for first := range len(input) {
		for second := first; second < len(input); second++ {
			var filter ackFilter
			var keys []byte
			var highest uint64
			for _, part := range []string{input[:first], input[first:second], input[second:]} {
				typed, acked := filter.take([]byte(part))
				keys, highest = append(keys, typed...), max(highest, acked)
			}
			if string(keys) != want || highest != 4711 || filter.wait() != 0 {
				t.Fatalf("split at %d and %d: %q, %d", first, second, keys, highest)
			}
		}
	}
}

func TestALoneEscapeIsHeldOnlyForAMoment(t *testing.T) {
	var filter ackFilter
	if keys, _ := filter.take([]byte("a\x1b")); string(keys) != "a" || filter.wait() == 0 || filter.wait() > 50_000_000 {
		t.Fatalf("%q held for %s", keys, filter.wait())
	}
	if held := filter.flush(); string(held) != "\x1b" || filter.wait() != 0 {
		t.Fatalf("%q", held)
	}
}
