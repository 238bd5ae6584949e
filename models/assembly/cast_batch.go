package assembly

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// castAll commits many casts at once. A cast that is refused is refused alone; where the whole transaction fails for one that nobody
// foresaw, each is tried by itself.
func (s *Service) castAll(ctx context.Context, batch []*casting) {
	err := s.castOnce(ctx, batch)
	if err == nil {
		return
	}
	if len(batch) == 1 {
		batch[0].got, batch[0].err = nil, err
		return
	}
	for _, x := range batch {
		if err := s.castOnce(ctx, []*casting{x}); err != nil {
			x.got, x.err = nil, err
		}
	}
}

func (s *Service) castOnce(ctx context.Context, batch []*casting) error {
	kept := false
	defer func() {
		for _, x := range batch {
			if !kept { // nor where it broke off: what was rolled back has no receipt
				x.got, x.err = nil, nil
			}
		}
	}()
	first, err := s.ids.Take(ctx, s.db, len(batch))
	if err != nil {
		return err
	}
	for i, x := range batch {
		x.id = first + int64(i)
	}
	err = s.db.InRound(ctx, func(tx *store.Tx) error {
		byMeeting := map[int64][]*casting{}
		for _, x := range batch {
			x.got, x.err, x.credential = nil, nil, 0
			byMeeting[x.in.MeetingID] = append(byMeeting[x.in.MeetingID], x)
		}
		for _, id := range slices.Sorted(maps.Keys(byMeeting)) { // always in one order, so that no two wait for each other
			if err := s.castFor(tx, id, byMeeting[id]); err != nil {
				return err
			}
		}
		return nil
	})
	kept = err == nil
	return err
}

// booth is a batch of casts for one meeting, whose row is the gate: whoever closes or certifies takes it too.
type booth struct {
	s        *Service
	tx       *store.Tx
	m        *Meeting
	agenda   *agenda
	log      *pen
	list     []*casting
	looked   []seatNow
	holders  map[int64]holding
	earlier  map[int64][]Envelope // by seat
	versions map[[2]int64]int     // by motion and seat: the last version
	spent    map[[2]int64]int     // by motion and seat: ballots without paper that may count
	own      map[[2]int64]bool    // by motion and seat: an owner has voted, and no agent
	fought   []int64              // seats about whose ballot the owners do not agree
	accepted []*casting
}

func (s *Service) castFor(tx *store.Tx, id int64, list []*casting) error {
	var m Meeting
	b := &booth{s: s, tx: tx, m: &m, log: &pen{tx: tx, m: &m}, list: list}
	gate := store.Query{SQL: "SELECT * FROM meetings WHERE id = ?" + tx.Locking(), Args: []any{id}, Read: func(rows *sql.Rows) error { return tx.ScanRows(rows, &m) }}
	if err := tx.Ask(slices.Concat([]store.Query{gate}, b.claims(), []store.Query{b.look(id)})...); err != nil {
		return err
	}
	b.prove()
	if m.ID == 0 {
		refuse(b.list, ErrNotFound)
		return nil
	}
	if m.NoticedAt == nil { // nothing is fixed yet, and nothing of it may be remembered
		return b.early()
	}
	var err error
	if b.agenda, err = s.agendas.of(tx, &m); err != nil {
		return err
	}
	if err := b.seen(); err != nil {
		return err
	}
	for _, x := range b.list {
		if x.err != nil || x.got != nil {
			continue
		}
		if x.err = b.accept(x); x.err != nil {
			var f *fault.Fault
			if !errors.As(x.err, &f) {
				return x.err
			}
		}
	}
	return b.write()
}

// claims asks who casts, where that is still to be proved: behind the gate, at which a round may have waited while sessions ended.
func (b *booth) claims() []store.Query {
	var list []*org.Claim
	for _, x := range b.list {
		if c := x.in.Actor.Claim; c != nil {
			list = append(list, c)
		}
	}
	if len(list) == 0 || b.s.o.Prover == nil {
		return nil
	}
	return []store.Query{b.s.o.Prover.Prove(b.tx.Now, list)}
}

// prove goes on with those of whom it is now known who they are.
func (b *booth) prove() {
	var list []*casting
	for _, x := range b.list {
		if c := x.in.Actor.Claim; c != nil {
			var who org.Actor
			if who, x.err = c.Prove(); x.err == nil {
				who.Claim = c // for another try
				x.in.Actor = who
				x.err = x.in.allowed()
			}
		}
		if x.err == nil {
			list = append(list, x)
		}
	}
	b.list = list
}

// early answers casts for a meeting that nobody has been told of yet: only neighbours hear that there is one.
func (b *booth) early() error {
	for _, x := range b.list {
		near := x.in.Actor.LivesIn(b.m.EstateID)
		if x.in.Actor.Claim != nil {
			var err error
			if near, err = org.Lives(b.tx, x.in.Actor.PersonID, b.m.EstateID); err != nil {
				return err
			}
		}
		if x.err = ErrNotFound; near {
			x.err = ErrNotOpen
		}
	}
	return nil
}

func refuse(list []*casting, err error) {
	for _, x := range list {
		x.err = err
	}
}
