package assembly

import (
	"context"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/store"
)

// Counted is what a motion came to, counted from the ballots.
type Counted struct {
	MotionID   int64         `json:"-"`
	Position   int           `json:"position"`
	Title      string        `json:"title"`
	Matter     string        `json:"matter"`
	Result     tally.Result  `json:"result"`
	Beside     *tally.Result `json:"beside,omitempty"` // under the other matter that practice knows
	Superseded int64         `json:"superseded"`       // ballots in whose place another of the same seat stands
	Invalid    int64         `json:"invalid"`
}

// Tallied is a whole count: the scope, then each motion.
type Tallied struct {
	Scope   tally.Amount `json:"scope"`
	Motions []Counted    `json:"motions"`
}

// count counts a meeting's motions afresh from the roll and the ballots. Envelopes in without are left out: the docket asks what the
// result would be without disputed ballots.
func (s *Service) count(tx *store.Tx, m *Meeting, without map[int64]bool) (*Tallied, error) {
	return s.countWith(tx, m, without, nil)
}

// countWith counts with the silent seats that an earlier count found; nil finds them now.
func (s *Service) countWith(tx *store.Tx, m *Meeting, without map[int64]bool, kept *Aside) (*Tallied, error) {
	a, err := readAgenda(tx, m)
	if err != nil {
		return nil, err
	}
	c := &counter{m: m, agenda: a, without: without, no: map[int64]int{}}
	if err := c.roll(tx); err != nil {
		return nil, err
	}
	if c.silence, err = s.silence(tx, m, a.terms); err != nil {
		return nil, err
	}
	if c.silence != nil && kept != nil {
		c.silence.kept = append([]log.Silent{}, kept.Silent...)
	}
	out := &Tallied{Scope: tally.Amount{Heads: int64(len(c.scope)), Area: m.AreaMilli}}
	for i := range a.motions {
		r, err := c.motion(tx, &a.motions[i])
		if err != nil {
			return nil, fmt.Errorf("count motion %d: %w", a.motions[i].Position, err)
		}
		out.Motions = append(out.Motions, *r)
	}
	return out, nil
}

type counter struct {
	m       *Meeting
	agenda  *agenda
	without map[int64]bool
	scope   []tally.Seat
	no      map[int64]int // seat numbers by id
	sets    map[int]int64 // owner sets by number
	silence *silence
}

// roll reads the frozen seats.
func (c *counter) roll(tx *store.Tx) error {
	rows, err := tx.Raw("SELECT id, no, area_milli, owner_set_id, holder_set_id FROM seats WHERE meeting_id = ? ORDER BY no", c.m.ID).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	c.sets = map[int]int64{}
	for rows.Next() {
		var id, set, holder int64
		var x tally.Seat
		if err := rows.Scan(&id, &x.No, &x.Area, &set, &holder); err != nil {
			return err
		}
		c.scope = append(c.scope, x)
		c.no[id], c.sets[x.No] = x.No, holder
	}
	return rows.Err()
}

func (c *counter) motion(tx *store.Tx, row *Motion) (*Counted, error) {
	out := &Counted{MotionID: row.ID, Position: row.Position, Title: row.Title, Matter: row.Matter}
	var ballots []tally.Ballot
	voted := map[int]bool{}
	err := eachSeat(tx, row.ID, func(seat int64, list []version) error {
		no := c.no[seat]
		voted[no] = true // whoever voted was not silent, whatever is left out
		list = slices.DeleteFunc(list, func(v version) bool { return c.without[v.EnvelopeID] })
		r := rule(list, c.agenda.terms.WhichWins)
		for _, state := range r.states {
			switch state {
			case log.Invalid:
				out.Invalid++
			case log.Superseded:
				out.Superseded++
			}
		}
		switch {
		case r.counted != nil:
			ballots = append(ballots, tally.Ballot{Seat: no, Choice: r.counted.Choice})
		case r.void != nil: // an invalid form; what was set aside takes no part at all
			ballots = append(ballots, tally.Ballot{Seat: no, Choice: tally.Void})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, c.decide(row, out, ballots, voted)
}

// decide applies the frozen law, strictly and with the clause of silence, and under the matter beside it.
func (c *counter) decide(row *Motion, out *Counted, ballots []tally.Ballot, voted map[int]bool) error {
	q := c.agenda.questions[row.ID]
	var quiet *tally.Silence
	if c.silence != nil {
		quiet = c.silence.of(c, row.Position, voted)
	}
	r, err := row.rules()
	if err != nil {
		return err
	}
	if out.Result, err = tally.Count(r, q, c.scope, ballots, quiet); err != nil {
		return err
	}
	if row.BesideLaw == "" {
		return nil
	}
	other := Motion{Law: row.BesideLaw}
	if r, err = other.rules(); err != nil {
		return err
	}
	beside, err := tally.Count(r, q, c.scope, ballots, quiet)
	out.Beside = &beside
	return err
}

// silence is what the clause of silence works with.
type silence struct {
	terms  Terms
	first  bool
	proven map[int64]bool // owner sets to which service is proven
	kept   []log.Silent   // what an earlier count found; nil to look now
}

// silence finds to whom service was proven. Without a clause nobody's silence is looked at.
func (s *Service) silence(tx *store.Tx, m *Meeting, t Terms) (*silence, error) {
	if t.Silence == "" || t.Covers == "" || s.o.Deliveries == nil {
		return nil, nil
	}
	served, err := s.o.Deliveries.Served(tx, m.ID, *m.NoticedAt, *m.ClosesAt)
	if err != nil {
		return nil, err
	}
	q := &silence{terms: t, first: m.Session == First, proven: map[int64]bool{}}
	for set, how := range served {
		q.proven[set] = how == Proven
	}
	return q, nil
}

// Proven is service that counts: a signed-in owner opened it, a signature, or a witnessed visit with a picture.
const Proven = "proven"

// of lists the seats that were served and said nothing. The notice itself warned of what silence means: it prints the clause.
func (q *silence) of(c *counter, position int, voted map[int]bool) *tally.Silence {
	s := &tally.Silence{Cited: true, Warned: true, FirstAssembly: q.first, Covers: q.terms.Covers}
	if q.kept != nil {
		for _, x := range q.kept {
			if x.Motion == position {
				s.Seats = append(s.Seats, x.Seat)
			}
		}
		return s
	}
	for _, seat := range c.scope {
		if !voted[seat.No] && q.proven[c.sets[seat.No]] {
			s.Seats = append(s.Seats, seat.No)
		}
	}
	return s
}

// Recount counts a meeting from its roll and ballots as they are, for whoever checks that nothing is missing; it decides nothing and is
// shown to nobody while people vote.
// Fault: ErrNotFound.
func (s *Service) Recount(ctx context.Context, id int64) (*Tallied, error) {
	var t *Tallied
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := public(tx, id)
		if err != nil {
			return err
		}
		t, err = s.count(tx, m, nil)
		return err
	})
	return t, err
}
