package log

import "golang.org/x/mod/sumdb/tlog"

// Inclusion proves that a leaf is in the tree of a checkpoint (RFC 6962 audit path, the lowest sibling first). Its JSON is
// what check.js reads.
type Inclusion struct {
	Index  int64  `json:"index"`
	Leaf   Hash   `json:"leaf"` // hash of the leaf
	Size   int64  `json:"size"`
	Root   Hash   `json:"root"`
	Hashes []Hash `json:"hashes"`
}

// Consistency proves that the tree of one checkpoint begins with the tree of an earlier one.
type Consistency struct {
	OldSize int64  `json:"old_size"`
	OldRoot Hash   `json:"old_root"`
	Size    int64  `json:"size"`
	Root    Hash   `json:"root"`
	Hashes  []Hash `json:"hashes"`
}

// Include proves that the leaf at index is in the tree.
func Include(t Tree, store Store, index int64) (Inclusion, error) {
	if index < 0 || index >= t.Size {
		return Inclusion{}, errFormat("第 %d 片叶子不在大小为 %d 的树里", index, t.Size)
	}
	r := reader(t, store)
	leaf, err := r.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return Inclusion{}, err
	}
	p, err := tlog.ProveRecord(t.Size, index, r)
	if err != nil {
		return Inclusion{}, err
	}
	return Inclusion{Index: index, Leaf: Hash(leaf[0]), Size: t.Size, Root: t.Root, Hashes: own(p)}, nil
}

// Extend proves that now begins with old, whose root is the one of its own checkpoint.
func Extend(old, now Tree, store Store) (Consistency, error) {
	if old.Size > now.Size {
		return Consistency{}, errFormat("旧的树比新的大")
	}
	c := Consistency{OldSize: old.Size, OldRoot: old.Root, Size: now.Size, Root: now.Root, Hashes: []Hash{}}
	if old.Size == 0 || old.Size == now.Size {
		return c, c.Check()
	}
	p, err := tlog.ProveTree(now.Size, old.Size, reader(now, store))
	if err != nil {
		return Consistency{}, err
	}
	c.Hashes = own(p)
	return c, c.Check()
}

// Check verifies the proof.
func (p Inclusion) Check() error {
	if p.Index < 0 || p.Index >= p.Size || tlog.CheckRecord(theirs(p.Hashes), p.Size, tlog.Hash(p.Root), p.Index, tlog.Hash(p.Leaf)) != nil {
		return errFormat("第 %d 片叶子不在检查点里", p.Index)
	}
	return nil
}

// Check verifies the proof. An empty tree is the beginning of every tree.
func (p Consistency) Check() error {
	ok := false
	switch {
	case p.OldSize == 0:
		ok = p.Size >= 0 && p.OldRoot == EmptyRoot && len(p.Hashes) == 0 && (p.Size > 0 || p.Root == EmptyRoot)
	case p.OldSize == p.Size:
		ok = p.OldRoot == p.Root && len(p.Hashes) == 0
	case p.OldSize > 0 && p.OldSize < p.Size:
		ok = tlog.CheckTree(theirs(p.Hashes), p.Size, tlog.Hash(p.Root), p.OldSize, tlog.Hash(p.OldRoot)) == nil
	}
	if !ok {
		return errFormat("大小 %d 的检查点不是大小 %d 的检查点的开头", p.OldSize, p.Size)
	}
	return nil
}

func own(p []tlog.Hash) []Hash {
	out := make([]Hash, len(p))
	for i, h := range p {
		out[i] = Hash(h)
	}
	return out
}

func theirs(p []Hash) []tlog.Hash {
	out := make([]tlog.Hash, len(p))
	for i, h := range p {
		out[i] = tlog.Hash(h)
	}
	return out
}
