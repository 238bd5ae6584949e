package assembly

import (
	"context"
	"errors"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
)

// SetBack moves days of a meeting, by their columns, for a demo that cannot wait for them. It is noted, and what was noted so does not verify
// where people vote in earnest.
func (s *Service) SetBack(ctx context.Context, meeting int64, days map[string]time.Time) error {
	if s.o.Production {
		return errors.New("the days of a meeting are not set back in production")
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var m Meeting
		if err := tx.ForUpdate().Where("id = ?", meeting).Take(&m).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		values := map[string]any{}
		for column, to := range days {
			values[column] = to
		}
		if err := tx.Model(&Meeting{}).Where("id = ?", m.ID).Updates(values).Error; err != nil {
			return err
		}
		return note(tx, audit.System{}, &m, "set_back", days)
	})
}

// back takes days that were set back.
func (t *trail) back(e *audit.Entry) error {
	var days map[string]time.Time
	if err := read(e, &days); err != nil {
		return err
	}
	for column, to := range days {
		switch column {
		case "frozen_at":
			t.at[Frozen] = to
		case "noticed_at":
			t.at[Noticed] = to
		case "opens_at":
			t.opens = &to
		case "closes_at":
			t.closes = &to
		case "objections_until":
			t.objects = &to
		}
	}
	t.setBack = true
	return nil
}
