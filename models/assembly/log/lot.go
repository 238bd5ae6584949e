package log

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
)

// How the order between candidates with equal votes is drawn.
const (
	PublicLot = "public" // by hand, before witnesses: the record's hash stands with it
	SeedLot   = "seed"   // from the log as it stood when the window closed: anybody draws it again
)

// Lot says how the order in an election's question came about: an input of the count that no ballot gives.
type Lot struct {
	Method  string `json:"method"`
	Records []Sum  `json:"records_sha256,omitempty"` // of the records of public drawings, the oldest first
}

// DrawLots orders candidates by the root of the log at the close. That root holds every commitment, which no voter and no candidate could
// choose or foresee; who operates the log is bound to it by the checkpoint that was signed then.
func DrawLots(meeting string, motion int, closed Hash, keys []string) []string {
	seed := sha256.Sum256(fmt.Appendf(nil, "linli/%s/lot\n%d\n%s\n", meeting, motion, closed))
	rank := make(map[string][32]byte, len(keys))
	for _, key := range keys {
		rank[key] = sha256.Sum256(append(seed[:], key...))
	}
	return slices.SortedFunc(slices.Values(keys), func(a, b string) int {
		x, y := rank[a], rank[b]
		return cmp.Or(bytes.Compare(x[:], y[:]), cmp.Compare(a, b))
	})
}

// checkLot refuses an order that nothing explains.
func (m *Motion) checkLot() error {
	if (m.Lot == nil) != (len(m.Question.Lot) == 0) {
		return errFormat("议题 %d 的抽签顺序没有说明怎么抽的", m.Position)
	}
	if m.Lot == nil {
		return nil
	}
	switch {
	case m.Lot.Method == PublicLot && len(m.Lot.Records) > 0, m.Lot.Method == SeedLot && len(m.Lot.Records) == 0:
		return nil
	}
	return errFormat("议题 %d 的抽签方式不认识，或者没有抽签记录", m.Position)
}

// drawn holds the orders that follow from the log against the checkpoint of the close.
func (m *Meeting) drawn(checkpoints []Checkpoint) error {
	at := slices.IndexFunc(checkpoints, func(c Checkpoint) bool { return c.Purpose == Close })
	for i := range m.Motions {
		motion := &m.Motions[i]
		if motion.Lot == nil || motion.Lot.Method != SeedLot {
			continue
		}
		if at < 0 {
			return errFormat("议题 %d 按截止时的表决记录抽签，但没有截止时的检查点", motion.Position)
		}
		if !slices.Equal(motion.Question.Lot, DrawLots(m.Number, motion.Position, checkpoints[at].Tree.Root, motion.Question.Options)) {
			return errFormat("议题 %d 的抽签顺序不是由截止时的表决记录算出来的", motion.Position)
		}
	}
	return nil
}

// says tells a reader what the order rests on.
func (l *Lot) says() string {
	if l.Method == SeedLot {
		return "由截止时的检查点重新算出，一致"
	}
	text := "当众抽签，抽签记录的 SHA-256"
	for _, r := range l.Records {
		text += " " + r.String()
	}
	return text
}
