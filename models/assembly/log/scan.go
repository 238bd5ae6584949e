package log

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// scan reads one line of the large files. Their form is fixed to the byte, so reading is comparing: a line that passes
// is the line that would have been written. General JSON would cost ten times as much on a million ballots.
type scan struct {
	rest []byte
	bad  bool
}

// skip takes a text that must come next.
func (s *scan) skip(text string) {
	if !s.take(text) {
		s.bad = true
	}
}

// take takes a text if it comes next.
func (s *scan) take(text string) bool {
	if !bytes.HasPrefix(s.rest, []byte(text)) {
		return false
	}
	s.rest = s.rest[len(text):]
	return true
}

func (s *scan) number() int64 {
	n := 0
	for n < len(s.rest) && n < 18 && s.rest[n] >= '0' && s.rest[n] <= '9' {
		n++
	}
	v, err := strconv.ParseInt(string(s.rest[:n]), 10, 64)
	if err != nil || n > 1 && s.rest[0] == '0' {
		s.bad = true
	}
	s.rest = s.rest[n:]
	return v
}

func (s *scan) int() int { return int(s.number()) }

func (s *scan) hash() Hash {
	text := s.quoted()
	h, ok := parseHash(text)
	if !ok {
		s.bad = true
	}
	return h
}

// quoted takes a text in quotes. Escapes do not occur: plain keeps out what needs them.
func (s *scan) quoted() []byte {
	s.skip(`"`)
	end := bytes.IndexByte(s.rest, '"')
	if s.bad || end < 0 || !plain(s.rest[:end]) {
		s.bad = true
		return nil
	}
	text := s.rest[:end]
	s.rest = s.rest[end+1:]
	return text
}

func (s *scan) done() bool { return !s.bad && len(s.rest) == 0 }

// plain reports whether JSON writes a text as it is.
func plain(text []byte) bool {
	for _, b := range text {
		if b < ' ' || b == 0x7f || b == '"' || b == '\\' {
			return false
		}
	}
	return utf8.Valid(text)
}
