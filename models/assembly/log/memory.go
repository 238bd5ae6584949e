package log

import (
	"errors"

	"golang.org/x/mod/sumdb/tlog"
)

// memory is a whole tree's stored hashes, for the proofs of a bundle.
type memory []tlog.Hash

// ReadHashes serves tlog.
func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(m)) {
			return nil, errors.New("log: a hash outside the tree")
		}
		out[i] = m[x]
	}
	return out, nil
}

// grow appends a leaf.
func (m memory) grow(size int64, leaf tlog.Hash) (memory, error) {
	hashes, err := tlog.StoredHashesForRecordHash(size, leaf, m)
	return append(m, hashes...), err
}
