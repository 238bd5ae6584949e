package log

import "golang.org/x/mod/sumdb/tlog"

// frontier rebuilds roots from leaf hashes in order. It keeps only the roots of the complete subtrees, so a log of any
// length costs a few hashes of memory, and it shares no code with the proofs that it is compared with.
type frontier struct {
	size  int64
	roots []tlog.Hash // the largest subtree first
}

func (f *frontier) add(leaf tlog.Hash) {
	f.roots = append(f.roots, leaf)
	// Two subtrees of one size become one, as often as the old size ends in a binary one.
	for n := f.size; n&1 == 1; n >>= 1 {
		last := len(f.roots) - 1
		f.roots[last-1] = tlog.NodeHash(f.roots[last-1], f.roots[last])
		f.roots = f.roots[:last]
	}
	f.size++
}

func (f *frontier) root() Hash {
	if len(f.roots) == 0 {
		return EmptyRoot
	}
	h := f.roots[len(f.roots)-1]
	for i := len(f.roots) - 2; i >= 0; i-- {
		h = tlog.NodeHash(f.roots[i], h)
	}
	return Hash(h)
}

// Replay rebuilds the state of a log from its leaves in their order, without the tiles.
type Replay struct{ f frontier }

// Add takes the next leaf.
func (r *Replay) Add(leaf Leaf) { r.f.add(tlog.Hash(leaf.Hash())) }

// Tree is the state after the leaves so far.
func (r *Replay) Tree() Tree { return Tree{r.f.size, r.f.root()} }
