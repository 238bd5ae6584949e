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
	MotionID   int64             `json:"-"`
	Position   int               `json:"position"`
	Title      string            `json:"title"`
	Matter     string            `json:"matter"`
	Result     tally.Result      `json:"result"`
	Names      map[string]string `json:"names,omitempty"`   // of options, by their keys
	Beside     *tally.Result     `json:"beside,omitempty"`  // under the other matter that practice knows
	Lot        *Lot              `json:"lot,omitempty"`     // what decides between candidates with equal votes
	Debtors    *Limited          `json:"debtors,omitempty"` // by the clause on who owes fees
	Superseded int64             `json:"superseded"`        // ballots in whose place another of the same seat stands
	Invalid    int64             `json:"invalid"`
}

// Tallied is a whole count: the scope, then each motion.
type Tallied struct {
	Scope   tally.Amount `json:"scope"`
	Motions []Counted    `json:"motions"`
}

// count counts a meeting's motions afresh from the roll and the ballots.
func (s *Service) count(tx *store.Tx, m *Meeting) (*Tallied, error) {
	return s.countAs(tx, m, nil, nil)
}

// countAs is count for the docket, which asks what the result would be without disputed ballots, or with those that are set aside: envelopes
// in without are left out, those in back are taken as if nothing had been said against them.
func (s *Service) countAs(tx *store.Tx, m *Meeting, without, back map[int64]bool) (*Tallied, error) {
	a, err := readAgenda(tx, m)
	if err != nil {
		return nil, err
	}
	c := &counter{m: m, agenda: a, without: without, back: back, no: map[int64]int{}}
	if err := c.roll(tx); err != nil {
		return nil, err
	}
	if err := c.listed(tx); err != nil {
		return nil, err
	}
	if c.silence, err = s.silence(tx, m, a.terms); err != nil {
		return nil, err
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
	back    map[int64]bool
	scope   []tally.Seat
	no      map[int64]int // seat numbers by id
	sets    map[int]int64 // who holds each number now
	owing   map[int]bool  // seats of debtors; nil where no clause limits them
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
	out := &Counted{MotionID: row.ID, Position: row.Position, Title: row.Title, Matter: row.Matter, Lot: c.agenda.lot(row.ID), Names: c.agenda.questions[row.ID].Names}
	var ballots []tally.Ballot
	voted := map[int]bool{}
	err := eachSeat(tx, row.ID, func(seat int64, list []version) error {
		no := c.no[seat]
		voted[no] = true // whoever voted was not silent, whatever is left out
		list = slices.DeleteFunc(list, func(v version) bool { return c.without[v.EnvelopeID] })
		for i := range list {
			if c.back[list[i].EnvelopeID] {
				list[i].Void = ""
			}
		}
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
	if err := c.decide(row, out, ballots, voted); err != nil {
		return nil, err
	}
	return out, c.limited(row, out, ballots, voted)
}

// decide applies the frozen law, strictly and with the clause of silence, and under the matter beside it.
func (c *counter) decide(row *Motion, out *Counted, ballots []tally.Ballot, voted map[int]bool) error {
	q := c.agenda.questions[row.ID]
	var quiet *tally.Silence
	if c.silence != nil {
		quiet = c.silence.of(c, voted)
	}
	r, err := row.rules()
	if err != nil {
		return err
	}
	if out.Result, err = tally.Count(r, q, c.scope, ballots, quiet); err != nil {
		return err
	}
	if out.Lot != nil {
		out.Lot.Between = q.Drawn(&out.Result)
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
		t, err = s.count(tx, m)
		return err
	})
	return t, err
}
