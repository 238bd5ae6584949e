package assembly

import (
	"context"
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Tick closes the meetings whose window is over, and notes that voting was possible in the others. It reports whether more wait.
func (s *Service) Tick(ctx context.Context) (bool, error) {
	var ids []int64
	more := false
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		ids, more, err = s.turns.next("clock", tx.Model(&Meeting{}).Where("state = ? AND opens_at <= ?", Noticed, tx.Now), "id", perTurn)
		return err
	})
	if err != nil {
		return false, err
	}
	closed := 0
	var errs []error
	for _, id := range ids {
		err := s.db.InTx(ctx, func(tx *store.Tx) error {
			var m Meeting
			if err := tx.ForUpdate().Where("id = ? AND state = ?", id, Noticed).Take(&m).Error; err != nil {
				return store.NotFound(err, nil)
			}
			if err := s.pulse(tx, &m); err != nil {
				return err
			}
			if !tx.Now.Before(*m.ClosesAt) {
				closed++
				if err := note(tx, audit.System{}, &m, "close", nil); err != nil {
					return err
				}
				if err := s.close(tx, &m); err != nil {
					return err
				}
			}
			return tx.Model(&Meeting{}).Where("id = ?", m.ID).Select("state", "version", "closed_at", "closes_at", "pulse_at", "outage_seconds", "outage_days", "due_at", "watch_at", "overdue_at").Updates(&m).Error
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("meeting %d: %w", id, err))
		}
	}
	return more || closed > 0, errors.Join(errs...)
}

// tell says what happened to a meeting.
func (s *Service) tell(tx *store.Tx, m *Meeting, what string) error {
	names, err := org.EstateNames(tx, []int64{m.EstateID})
	if err != nil {
		return err
	}
	scope, err := m.Concerns()
	if err != nil {
		return err
	}
	e := event.MeetingMoved{Assembly: m.eventOf(names[m.EstateID], tx.Now), What: what, Scope: scope}
	if what == "noticed" || what == "extended" {
		t, err := m.terms()
		if err != nil {
			return err
		}
		e.Warning = m.Says(t)
	}
	return outbox.Append(tx, e)
}
