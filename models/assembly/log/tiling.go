package log

import "golang.org/x/mod/sumdb/tlog"

// Tiling rebuilds the tiles of a log from its leaves in their order. It holds one tile of each level, whatever the log's length.
type Tiling struct {
	// Tile is given every tile once: a full one when it is, the others at the end.
	Tile   func(Tile) error
	levels []Tile
}

// Add takes the next leaf.
func (t *Tiling) Add(leaf Leaf) error {
	h := leaf.Hash()
	return t.add(0, h[:])
}

func (t *Tiling) add(level int, h []byte) error {
	if level == len(t.levels) {
		t.levels = append(t.levels, Tile{Level: level})
	}
	at := &t.levels[level]
	if at.Data = append(at.Data, h...); len(at.Data) < tlog.HashSize<<Height {
		return nil
	}
	full := *at
	at.N, at.Data = at.N+1, nil
	if err := t.Tile(full); err != nil {
		return err
	}
	var f frontier
	for i := 0; i < len(full.Data); i += tlog.HashSize {
		f.add(tlog.Hash(full.Data[i : i+tlog.HashSize]))
	}
	root := f.root()
	return t.add(level+1, root[:])
}

// End gives the tiles of the right edge, and says how many there are in all.
func (t *Tiling) End() (n int64, err error) {
	for _, at := range t.levels {
		if n += at.N; len(at.Data) > 0 {
			n++
			if err := t.Tile(at); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}
