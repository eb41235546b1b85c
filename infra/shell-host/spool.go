package main

import "sync"

const (
	// unread is how much output past the mark is taken from a shell before it has to wait.
	unread = 8 << 20
	// kept is how much before the mark can be asked for again.
	kept      = 2 << 20
	chunkSize = 64 << 10
)

// spool holds a shell's output by offset. Nothing after the mark is dropped.
type spool struct {
	mutex  sync.Mutex
	chunks [][]byte
	// start is the offset of the oldest byte, end that of the next one.
	start, end uint64
	mark       uint64
	closed     bool
	// changed is closed and replaced whenever anything of the above changes.
	changed chan struct{}
}

func newSpool() *spool { return &spool{changed: make(chan struct{})} }

func (s *spool) signal() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// write takes all of the output, waiting where too much lies past the mark.
// It returns early where the spool is closed.
func (s *spool) write(output []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for len(output) > 0 && !s.closed {
		room := int64(unread) - int64(s.end-s.mark)
		if room <= 0 {
			changed := s.changed
			s.mutex.Unlock()
			<-changed
			s.mutex.Lock()
			continue
		}
		last := len(s.chunks) - 1
		if last < 0 || len(s.chunks[last]) == chunkSize {
			s.chunks = append(s.chunks, make([]byte, 0, chunkSize))
			last++
		}
		size := min(len(output), chunkSize-len(s.chunks[last]), int(room))
		s.chunks[last] = append(s.chunks[last], output[:size]...)
		output = output[size:]
		s.end += uint64(size)
		s.signal()
	}
}

// begin puts the mark to where a reader starts, and returns that offset.
func (s *spool) begin(from uint64) uint64 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.mark = min(max(from, s.start), s.end)
	s.trim()
	s.signal()
	return s.mark
}

// acknowledge moves the mark forward.
func (s *spool) acknowledge(offset uint64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if offset = min(offset, s.end); offset > s.mark {
		s.mark = offset
		s.trim()
		s.signal()
	}
}

func (s *spool) trim() {
	for len(s.chunks) > 1 && s.start+chunkSize+kept <= s.mark {
		s.chunks[0] = nil
		s.chunks = s.chunks[1:]
		s.start += chunkSize
	}
}

// read copies output from an offset on, at most one chunk's. Where there is none yet, changed
// says when to ask again; ended says that there will be none.
func (s *spool) read(from uint64, most int) (output []byte, ended bool, changed <-chan struct{}) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if from >= s.end {
		return nil, s.closed, s.changed
	}
	within := from - s.start
	chunk := s.chunks[within/chunkSize][within%chunkSize:]
	return append([]byte(nil), chunk[:min(len(chunk), most)]...), false, s.changed
}

func (s *spool) close() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.closed = true
	s.signal()
}

func (s *spool) bounds() (start, end, mark uint64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.start, s.end, s.mark
}
