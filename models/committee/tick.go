package committee

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// tickBatch bounds how many of each kind one round of the clock looks at.
const tickBatch = 100

// Tick does what time has brought: it counts votes whose time is over, reminds of duties that are near, and says which are
// late, each once; it seats elections whose term begins, and opens the yearly audits. A vote during an audit of which nobody has said what it
// forbids waits. It returns how many it dealt with.
func (s *Service) Tick(ctx context.Context) (int, error) {
	var duties, meetings, elections []int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.Model(&Duty{}).Where("watch_at <= ?", tx.Now).Order("watch_at, id").Limit(tickBatch).Pluck("id", &duties).Error; err != nil {
			return err
		}
		if err := tx.Model(&Elected{}).Where("state = ? AND starts_on <= ? AND missing = '[]'", ElectedWaits, org.DayOf(tx.Now)).Order("starts_on, id").Limit(tickBatch).Pluck("id", &elections).Error; err != nil {
			return err
		}
		set, err := s.rules(tx)
		if err != nil {
			return err
		}
		waiting, err := stalled(tx, set)
		if err != nil {
			return err
		}
		q := tx.Where("state = ? AND vote_ends < ?", Open, tx.Now)
		if waiting != nil {
			q = q.Where("estate_id NOT IN (?)", waiting)
		}
		return q.Model(&Meeting{}).Order("vote_ends, id").Limit(tickBatch).Pluck("id", &meetings).Error
	})
	if err != nil {
		return 0, err
	}
	for _, id := range duties {
		if err := s.db.InTx(ctx, func(tx *store.Tx) error { return s.watch(tx, id) }); err != nil {
			return 0, err
		}
	}
	for _, id := range elections {
		if err := s.seatOrAsk(ctx, id); err != nil {
			return 0, err
		}
	}
	for _, id := range meetings {
		err := s.db.InTx(ctx, func(tx *store.Tx) error {
			var m Meeting
			if err := tx.ForUpdate().Where("id = ?", id).Take(&m).Error; err != nil || m.State != Open {
				return err
			}
			return s.count(tx, audit.System{}, &m, "表决时间已到，自动计票")
		})
		if err != nil {
			return 0, err
		}
	}
	expired, err := s.expireCollections(ctx)
	if err != nil {
		return 0, err
	}
	audits, err := s.openYearlies(ctx)
	return len(duties) + len(elections) + len(meetings) + expired + audits, err
}

// watch reminds of a duty and looks again when it is due, or says that it is late.
func (s *Service) watch(tx *store.Tx, id int64) error {
	var d Duty
	if err := tx.ForUpdate().Where("id = ?", id).Take(&d).Error; err != nil {
		return err
	}
	if d.DoneAt != nil || d.WatchAt == nil || d.WatchAt.After(tx.Now) {
		return nil // somebody else was first
	}
	what, change := "soon", map[string]any{"watch_at": d.DueAt.Add(time.Second)}
	switch {
	case tx.Now.After(d.DueAt):
		what, change = "late", map[string]any{"watch_at": nil, "late_at": tx.Now}
	case d.Kind == OweRenewal:
		what = "renewal"
	}
	if err := tx.Model(&Duty{}).Where("id = ?", d.ID).Updates(change).Error; err != nil {
		return err
	}
	if d.Kind != OweAnswer {
		return tell(tx, d.told(what))
	}
	if what == "late" {
		what = "answer_late"
	}
	var p Proposal
	if err := tx.Where("id = ?", d.SubjectID).Take(&p).Error; err != nil {
		return err
	}
	e := d.told(what)
	e.CompanyID, e.Number = p.CompanyID, p.Number
	return tell(tx, e)
}
