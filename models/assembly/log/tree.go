package log

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Height is the height of a tile: 256 hashes, 8 KiB.
const Height = 8

// Tree is the state of a meeting's log.
type Tree struct {
	Size int64
	Root Hash
}

// Tile is a row of hashes of one level of the tree, the left-most first, 32 bytes each. A full tile holds 256 and
// never changes; a shorter one is the right edge and is replaced by a longer one that begins with the same bytes.
type Tile struct {
	Level int   // 0 holds leaf hashes; one level up stands for 256 hashes of the level below
	N     int64 // which one of its level, from 0
	Data  []byte
}

// Store keeps the tiles of one meeting's log, one per level and number.
type Store interface {
	// LoadTiles fills Data of every tile named by level and number with what is stored, which may be longer than asked.
	LoadTiles(tiles []Tile) error
	// SaveTiles inserts or replaces the tiles.
	SaveTiles(tiles []Tile) error
}

// Append adds leaves to the log, saves the tiles that changed and returns the new tree. Call it in the transaction that
// records the leaves. What it reads is checked against old.Root, so a damaged store is an error and never a new root.
func Append(old Tree, store Store, leaves []Hash) (Tree, error) {
	if len(leaves) == 0 {
		return old, nil
	}
	edge, err := readEdge(old, store)
	if err != nil {
		return Tree{}, err
	}
	size := old.Size + int64(len(leaves))
	fresh := make(map[int64]tlog.Hash, 2*len(leaves))
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			h, ok := fresh[x]
			if !ok {
				if h, ok = edge[x]; !ok {
					return nil, fmt.Errorf("log: hash %d is not at hand", x)
				}
			}
			out[i] = h
		}
		return out, nil
	})
	for i, leaf := range leaves {
		n := old.Size + int64(i)
		hashes, err := tlog.StoredHashesForRecordHash(n, tlog.Hash(leaf), read)
		if err != nil {
			return Tree{}, err
		}
		for level, h := range hashes {
			fresh[tlog.StoredHashIndex(level, n>>level)] = h
		}
	}
	root, err := tlog.TreeHash(size, read)
	if err != nil {
		return Tree{}, err
	}
	var tiles []Tile
	for _, t := range tlog.NewTiles(Height, old.Size, size) {
		data, err := tlog.ReadTileData(t, read)
		if err != nil {
			return Tree{}, err
		}
		tiles = append(tiles, Tile{Level: t.L, N: t.N, Data: data})
	}
	return Tree{Size: size, Root: Hash(root)}, store.SaveTiles(tiles)
}

// readEdge reads the hashes of the old tree that appending needs: its partial tiles, which hold the roots of all its
// complete subtrees below the next level.
func readEdge(old Tree, store Store) (map[int64]tlog.Hash, error) {
	edge := map[int64]tlog.Hash{}
	var indexes []int64
	for level := 0; old.Size>>(Height*level) > 0; level++ {
		width := old.Size >> (Height * level)
		for n := width &^ (1<<Height - 1); n < width; n++ {
			indexes = append(indexes, tlog.StoredHashIndex(Height*level, n))
		}
	}
	for level := 0; old.Size>>level > 0; level++ {
		if old.Size>>level&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(level, old.Size>>level-1))
		}
	}
	if len(indexes) == 0 {
		return edge, nil
	}
	hashes, err := reader(old, store).ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	for i, x := range indexes {
		edge[x] = hashes[i]
	}
	return edge, nil
}

// reader reads hashes of a tree and checks every one against the tree's root.
func reader(t Tree, store Store) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: t.Size, Hash: tlog.Hash(t.Root)}, tiles{store})
}

// tiles lets tlog read a Store.
type tiles struct{ store Store }

func (tiles) Height() int                     { return Height }
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(want []tlog.Tile) ([][]byte, error) {
	ask := make([]Tile, len(want))
	for i, w := range want {
		ask[i] = Tile{Level: w.L, N: w.N}
	}
	if err := t.store.LoadTiles(ask); err != nil {
		return nil, err
	}
	data := make([][]byte, len(want))
	for i, w := range want {
		if len(ask[i].Data) < w.W*tlog.HashSize {
			return nil, fmt.Errorf("log: tile %d/%d holds %d bytes, %d are needed", w.L, w.N, len(ask[i].Data), w.W*tlog.HashSize)
		}
		data[i] = ask[i].Data[:w.W*tlog.HashSize]
	}
	return data, nil
}

// EmptyRoot is the root of a log without leaves: SHA-256 of nothing.
var EmptyRoot = func() Hash { h, _ := tlog.TreeHash(0, nil); return Hash(h) }()
