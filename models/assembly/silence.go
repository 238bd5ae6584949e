package assembly

import (
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/store"
)

// Proven is service that counts: a signed-in owner opened it, a signature, or a witnessed visit with a picture.
const Proven = "proven"

// silenceWords say what becomes of a seat that was served and did not vote.
var silenceWords = map[string]string{"participation": "算作参加了表决", "majority": "意见按已投票的多数计算", "both": "算作参加了表决，意见按已投票的多数计算"}

// Warning is the sentence by which a notice says what silence will mean, citing the article of the rules that were adopted; empty where no
// clause is frozen.
func (t Terms) Warning() string {
	if t.Silence == "" || silenceWords[t.Covers] == "" {
		return ""
	}
	clause := "“" + short(t.Silence, 80) + "”"
	for _, w := range t.Sources {
		if w.Key == "ballot.silence_rule" && w.Article != "" && w.Article != t.Silence {
			clause += "（" + short(w.Article, 60) + "）"
		}
	}
	return fmt.Sprintf("请注意：按%s，通知已经送达而没有投票的，%s。有几个选项的议题和选举除外。", clause, silenceWords[t.Covers])
}

// Warned reports whether the notice of this meeting, as it was frozen before anybody was served with it, said what silence would mean.
func (m *Meeting) Warned(t Terms) bool {
	return m.Says(t) != ""
}

// Says gives what the notice says of silence, empty where it says nothing of it.
func (m *Meeting) Says(t Terms) string {
	if w := t.Warning(); strings.Contains(m.Notice, w) {
		return w
	}
	return ""
}

// silence is what the clause of silence works with.
type silence struct {
	terms         Terms
	first, warned bool
	proven        map[int64]bool // owner sets to which service of words that warn is proven
}

// silence finds to whom service was proven. Without a clause nobody's silence is looked at.
func (s *Service) silence(tx *store.Tx, m *Meeting, t Terms) (*silence, error) {
	if t.Warning() == "" || s.o.Deliveries == nil {
		return nil, nil
	}
	served, err := s.o.Deliveries.Served(tx, m.ID, t.Warning(), *m.NoticedAt, *m.ClosesAt)
	if err != nil {
		return nil, err
	}
	q := &silence{terms: t, first: m.Session == First, warned: m.Warned(t), proven: map[int64]bool{}}
	for set, how := range served {
		q.proven[set] = how == Proven
	}
	return q, nil
}

// of lists the seats that were served and said nothing.
func (q *silence) of(c *counter, voted map[int]bool) *tally.Silence {
	s := &tally.Silence{Cited: true, Warned: q.warned, FirstAssembly: q.first, Covers: q.terms.Covers}
	for _, seat := range c.scope {
		if !voted[seat.No] && q.proven[c.sets[seat.No]] {
			s.Seats = append(s.Seats, seat.No)
		}
	}
	return s
}
