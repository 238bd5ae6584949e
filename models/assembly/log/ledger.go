package log

import (
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ledger reads a log's leaves in order and remembers what stands in it.
type ledger struct {
	front   frontier
	commits []Hash  // by leaf; empty for leaves that are no ballots
	states  []State // by leaf; "" for leaves that are no ballots
	void    bits    // leaves that are invalid because they are void
	aside   bits    // leaves that were invalid at some time
	closed  time.Time
	closing int64 // the leaf that says so
	early   int64 // ballots before it
	buf     []byte
	roots   map[int64]Hash // at the sizes of checkpoints
}

func newLedger(checkpoints []Checkpoint) *ledger {
	l := &ledger{roots: map[int64]Hash{}}
	for _, c := range checkpoints {
		l.roots[c.Tree.Size] = Hash{}
	}
	l.mark()
	return l
}

func (l *ledger) mark() {
	if _, wanted := l.roots[l.front.size]; wanted {
		l.roots[l.front.size] = l.front.root()
	}
}

// add takes the next leaf and returns its hash.
func (l *ledger) add(leaf Leaf) (tlog.Hash, error) {
	index := l.front.size
	if err := leaf.check(index); err != nil {
		return tlog.Hash{}, err
	}
	state := State("")
	switch {
	case leaf.Mark != nil:
		if l.states[leaf.Mark.Leaf] == "" {
			return tlog.Hash{}, errFormat("第 %d 片叶子标记的不是表决票", index)
		}
		l.states[leaf.Mark.Leaf] = leaf.Mark.State
		if leaf.Mark.State == Invalid {
			l.aside.set(int(leaf.Mark.Leaf))
		}
		l.void.put(int(leaf.Mark.Leaf), leaf.Mark.State == Invalid && leaf.Mark.Reason == Void)
	case !leaf.Closed.IsZero():
		if !l.closed.IsZero() {
			return tlog.Hash{}, errFormat("第 %d 片叶子第二次结束投票", index)
		}
		l.closed, l.closing = leaf.Closed, index
		for _, s := range l.states {
			if s != "" {
				l.early++
			}
		}
	default:
		state = Counted
	}
	l.commits, l.states = append(l.commits, leaf.Ballot), append(l.states, state)
	l.buf = leaf.append(l.buf[:0])
	h := tlog.RecordHash(l.buf)
	l.front.add(h)
	l.mark()
	return h, nil
}

// opened reports whether owners see what a ballot says: what counts, and what is void.
func (l *ledger) opened(leaf int64) bool {
	return leaf >= 0 && leaf < int64(len(l.states)) && (l.states[leaf] == Counted || l.void.has(int(leaf)))
}

// count says how many ballots stand in each state.
func (l *ledger) count() map[State]int64 {
	n := map[State]int64{}
	for _, s := range l.states {
		if s != "" {
			n[s]++
		}
	}
	return n
}

// openAll opens signed checkpoints of one meeting and checks their course: the log never shrinks, time never goes back,
// and nothing follows the final one.
func openAll(meeting string, signed [][]byte, keys []note.Verifier) ([]Checkpoint, error) {
	if len(signed) > mostPoints {
		return nil, errFormat("检查点超过 %d 个", mostPoints)
	}
	var all []Checkpoint
	for i, raw := range signed {
		c, err := OpenCheckpoint(raw, keys...)
		if err != nil {
			return nil, errFormat("第 %d 个检查点：%v", i+1, err)
		}
		if c.Meeting != meeting {
			return nil, errFormat("第 %d 个检查点是另一次会议的", i+1)
		}
		if i > 0 {
			last := all[i-1]
			if c.Tree.Size < last.Tree.Size || c.At.Before(last.At) || last.Purpose == Final {
				return nil, errFormat("第 %d 个检查点接不上前一个：变小了、时间倒退了，或前一个已是最后一个", i+1)
			}
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, errFormat("没有检查点")
	}
	if slices.IndexFunc(all, func(c Checkpoint) bool { return c.Tree.Size > mostLeaves }) >= 0 {
		return nil, errFormat("叶子超过 %d 片", mostLeaves)
	}
	return all, nil
}

// agree holds the checkpoints against the leaves: each root is the root of that many leaves, which is what makes every
// checkpoint the beginning of the next, and the last one is the whole log.
func (l *ledger) agree(checkpoints []Checkpoint) error {
	for i, c := range checkpoints {
		if c.Tree.Size > l.front.size {
			return errFormat("第 %d 个检查点有 %d 片叶子，日志里只有 %d 片", i+1, c.Tree.Size, l.front.size)
		}
		if l.roots[c.Tree.Size] != c.Tree.Root {
			return errFormat("第 %d 个检查点的根不是前 %d 片叶子的根", i+1, c.Tree.Size)
		}
	}
	if last := checkpoints[len(checkpoints)-1]; last.Tree.Size != l.front.size {
		return errFormat("最后一个检查点之后还有 %d 片叶子", l.front.size-last.Tree.Size)
	}
	return nil
}

// closes demands the checkpoint of the close: signed when the window had ended, over everything up to the leaf that says so and nothing
// behind it. Without it nobody can tell what had come in by then from what was put in later.
func (l *ledger) closes(m *Meeting, checkpoints []Checkpoint) error {
	switch at := slices.IndexFunc(checkpoints, func(c Checkpoint) bool { return c.Purpose == Close }); {
	case l.closed.IsZero():
		return errFormat("日志里没有写投票在什么时候截止")
	case l.closed.Unix() != m.Closes.Unix():
		return errFormat("日志里写的截止时间不是会议的截止时间")
	case at < 0:
		return errFormat("没有截止时的检查点（close），截止时收到了哪些票没有公布过")
	case checkpoints[at].Tree.Size != l.closing+1:
		return errFormat("截止时的检查点（close）包括 %d 片叶子，应当正好到写明截止的那一片，也就是 %d 片", checkpoints[at].Tree.Size, l.closing+1)
	case checkpoints[at].At.Before(m.Closes):
		return errFormat("截止时的检查点（close）是截止以前签的")
	}
	return nil
}
