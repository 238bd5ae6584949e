package log

import (
	"encoding/binary"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// State says whether a ballot version counts.
type State string

// The states. A ballot counts from the moment its leaf is in the log; only a mark, which is a leaf itself, changes that.
const (
	Counted    State = "counted"
	Superseded State = "superseded" // another version or channel of the same seat and motion stands in its place
	Invalid    State = "invalid"    // void paper, upheld objection, revoked proxy: the reason says which
)

// Leaf is one entry of a meeting's log: exactly one of its three forms.
type Leaf struct {
	Ballot Hash      // the commitment of an accepted ballot version
	Mark   *Mark     // a decision on an earlier ballot
	Closed time.Time // the end of the voting window, UTC to the second; paper opened later has its leaves after it
}

// Mark gives an earlier ballot another state. Marks are leaves, so nobody can say later that a ballot stood otherwise
// at a checkpoint.
type Mark struct {
	Leaf   int64  // index of the ballot's leaf
	State  State  //
	Reason string // code of lower-case letters, digits and underscores, at most 40: "changed", "other_channel", Void
}

// The first byte of a leaf's data, so that leaves of one form can never be read as another.
const (
	kindBallot = 'B'
	kindMark   = 'M'
	kindClosed = 'C'
)

// Data is what the tree hashes.
func (l Leaf) Data() []byte { return l.append(nil) }

func (l Leaf) append(buf []byte) []byte {
	buf = append(buf, "linli/leaf/v1\x00"...)
	switch {
	case l.Mark != nil:
		return fields(append(buf, kindMark)).number(l.Mark.Leaf).text(string(l.Mark.State)).text(l.Mark.Reason)
	case !l.Closed.IsZero():
		return binary.BigEndian.AppendUint64(append(buf, kindClosed), uint64(l.Closed.Unix()))
	}
	return append(append(buf, kindBallot), l.Ballot[:]...)
}

// Hash is the leaf's hash in the tree (RFC 6962: SHA-256 of 0x00 and the data).
func (l Leaf) Hash() Hash { return Hash(tlog.RecordHash(l.Data())) }

// Void is the reason of a mark on a paper that is invalid in itself. Other reasons (objection, proxy_revoked) set a ballot
// aside: it takes no part in anything, while a void one may, where the estate has such a rule.
const Void = "void"

// check says what is wrong with a leaf by itself.
func (l Leaf) check(index int64) error {
	forms := 0
	for _, has := range []bool{l.Ballot != Hash{}, l.Mark != nil, !l.Closed.IsZero()} {
		if has {
			forms++
		}
	}
	switch {
	case forms != 1:
		return errFormat("第 %d 片叶子不是一种确定的形式", index)
	case l.Mark != nil && (l.Mark.Leaf < 0 || l.Mark.Leaf >= index):
		return errFormat("第 %d 片叶子标记了它之后的叶子", index)
	case l.Mark != nil && l.Mark.State != Counted && l.Mark.State != Superseded && l.Mark.State != Invalid:
		return errFormat("第 %d 片叶子的状态不认识", index)
	case l.Mark != nil && !code(l.Mark.Reason):
		return errFormat("第 %d 片叶子的原因代码不对", index)
	case l.Closed.Unix() < 0 && !l.Closed.IsZero():
		return errFormat("第 %d 片叶子的时间不对", index)
	}
	return nil
}

// code reports whether s is a short code: nothing that people typed gets into the log.
func code(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 40
}
