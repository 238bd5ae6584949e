package dump

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
)

// longest bounds a line, and with it the memory of a reader.
const longest = 64 << 20

// reader gives an archive's lines, hashed on the way. Every trouble with the stream is ErrDamaged.
type reader struct {
	from *bufio.Scanner
	all  hash.Hash
	one  hash.Hash // of the table being read
	n    int64
}

func newReader(r io.Reader) *reader {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 1<<16), longest)
	s.Split(whole)
	return &reader{from: s, all: sha256.New()}
}

// whole splits at newlines and refuses a last line without one.
func whole(data []byte, atEOF bool) (int, []byte, error) {
	if n := bytes.IndexByte(data, '\n'); n >= 0 {
		return n + 1, data[:n+1], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}

func (r *reader) damaged(what string) error {
	return fmt.Errorf("%w (line %d: %s)", ErrDamaged, r.n, what)
}

// next gives a row's values, or a line that is no row with the hash of everything before it.
func (r *reader) next() (row []json.RawMessage, l line, sum string, err error) {
	r.n++
	if !r.from.Scan() {
		if err := r.from.Err(); err != nil {
			return nil, l, "", r.damaged(err.Error())
		}
		return nil, l, "", r.damaged("the end is missing")
	}
	b := r.from.Bytes()
	if b[0] == '[' {
		if err := json.Unmarshal(b, &row); err != nil {
			return nil, l, "", r.damaged("not readable")
		}
		r.hash(b)
		return row, l, "", nil
	}
	if err := json.Unmarshal(b, &l); err != nil {
		return nil, l, "", r.damaged("not readable")
	}
	// Written again it must be the same bytes: nothing hides in a line that its own hash does not cover.
	if again, err := json.Marshal(l); err != nil || !bytes.Equal(again, b[:len(b)-1]) {
		return nil, l, "", r.damaged("not readable")
	}
	sum = hex.EncodeToString(r.all.Sum(nil))
	if l.Table != nil {
		r.one = sha256.New()
	}
	if l.End != nil && r.one != nil {
		if got := hex.EncodeToString(r.one.Sum(nil)); got != l.End.SHA256 {
			return nil, l, "", r.damaged("table " + l.End.Name + " does not have its hash")
		}
		r.one = nil
	}
	r.hash(b)
	return nil, l, sum, nil
}

func (r *reader) hash(b []byte) {
	r.all.Write(b)
	if r.one != nil {
		r.one.Write(b)
	}
}

// atEnd refuses anything after the foot.
func (r *reader) atEnd() error {
	if r.from.Scan() || r.from.Err() != nil {
		return r.damaged("there is something after the end")
	}
	return nil
}
