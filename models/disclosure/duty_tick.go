package disclosure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// tickBatch bounds how many duties and questions one round of the clock looks at.
const tickBatch = 100

// Tick tells who has to publish that a day is near, and the supervisors that it has passed: once for each duty, and again by
// disclosure.remind_days where somebody has fixed them; and it says which questions are late. It returns how many it dealt with.
func (s *Service) Tick(ctx context.Context) (int, error) {
	var duties, questions, incidents []int64
	var again int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		set, err := org.Rules(tx, tx.Now, s.o.Pack)
		if err != nil {
			return err
		}
		if again, err = set.Int("disclosure.remind_days"); err != nil && !errors.Is(err, rulepack.ErrUnset) {
			return err
		}
		if err := tx.Model(&Duty{}).Where("watch_at <= ?", tx.Now).Order("watch_at, id").Limit(tickBatch).Pluck("id", &duties).Error; err != nil {
			return err
		}
		if err := tx.Model(&Incident{}).Where("watch_at <= ?", tx.Now).Order("watch_at, id").Limit(tickBatch).Pluck("id", &incidents).Error; err != nil {
			return err
		}
		return tx.Model(&Question{}).Where("watch_at <= ?", tx.Now).Order("watch_at, id").Limit(tickBatch).Pluck("id", &questions).Error
	})
	if err != nil {
		return 0, err
	}
	err = errors.Join(s.watchEach(ctx, "duty", &Duty{}, duties, func(tx *store.Tx, id int64) error { return watchDuty(tx, id, again) }), s.watchEach(ctx, "question", &Question{}, questions, s.watchQuestion),
		s.watchEach(ctx, "report", &Incident{}, incidents, s.watchIncident))
	return len(duties) + len(questions) + len(incidents), err
}

// laterAgain is when the clock looks again at what failed: what fails now would else stand before all others.
const laterAgain = time.Hour

// watchEach goes on past what fails, and reports it.
func (s *Service) watchEach(ctx context.Context, what string, table any, ids []int64, watch func(*store.Tx, int64) error) error {
	var errs []error
	for _, id := range ids {
		err := s.db.InTx(ctx, func(tx *store.Tx) error { return watch(tx, id) })
		if err == nil {
			continue
		}
		errs = append(errs, fmt.Errorf("clock of %s %d: %w", what, id, err))
		err = s.db.InTx(ctx, func(tx *store.Tx) error {
			return tx.Model(table).Where("id = ? AND watch_at <= ?", id, tx.Now).UpdateColumn("watch_at", tx.Now.Add(laterAgain)).Error
		})
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func watchDuty(tx *store.Tx, id, again int64) error {
	var d Duty
	if err := tx.ForUpdate().Where("id = ?", id).Take(&d).Error; err != nil {
		return err
	}
	if d.DoneAt != nil || d.WatchAt == nil || d.WatchAt.After(tx.Now) {
		return nil // somebody else was first
	}
	due := dateIn(d.DueOn)
	what := "soon"
	switch {
	case d.OrganisationID == 0 || due.IsZero():
		what, d.WatchAt = "", nil // until the daily round finds who owes it
	case !due.Before(calendar.DateOf(tx.Now)):
		at := due.End().Add(time.Second).UTC()
		d.WatchAt = &at
	default:
		what, d.WatchAt, d.Told = "late", nil, d.Told+1
		if again > 0 {
			at := tx.Now.AddDate(0, 0, int(again))
			d.WatchAt = &at
		}
		first := d.LateAt == nil
		d.late(tx)
		if first {
			if err := audit.Append(tx, audit.System{}, "duty.late", audit.Subject{Kind: "disclosure_duty", ID: d.ID, Estate: d.EstateID}, map[string]any{"code": d.Code, "due": due.String()}); err != nil {
				return err
			}
		}
	}
	if err := tx.Model(&Duty{}).Where("id = ?", d.ID).Select("watch_at", "told", "late_at", "late_organisation_id").Updates(&d).Error; err != nil || what == "" {
		return err
	}
	return tellDuty(tx, event.Duty{SubjectKind: "disclosure_duty", SubjectID: d.ID, EstateID: d.EstateID, What: what, Title: d.called(), OrganisationID: d.OrganisationID, Due: due.End()})
}

// called is a duty's title with its period, or with which event it is about.
func (d *Duty) called() string {
	if p := cmp.Or(d.Period(), d.What); p != "" {
		return d.Title + "（" + p + "）"
	}
	return d.Title
}

// tellDuty sends an event with what all of them carry.
func tellDuty(tx *store.Tx, e event.Duty) error {
	names, err := org.EstateNames(tx, []int64{e.EstateID})
	if err != nil {
		return err
	}
	offices, err := org.Organisations(tx, []int64{e.OrganisationID})
	if err != nil {
		return err
	}
	e.EstateName, e.OfficeName, e.At = names[e.EstateID], offices[e.OrganisationID].Name, tx.Now
	return outbox.Append(tx, e)
}
