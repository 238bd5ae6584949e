package disclosure

import (
	"context"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// PreparedView is a draft as those see it who write and confirm it, with the figures as the books give them now.
type PreparedView struct {
	Prepared
	Asked   []Query
	FileIDs []int64
	Figures []Figure // empty where Why says why there are none yet
	Why     string
}

// FindDraft shows a draft. Faults: ErrForbidden, ErrNoDraft.
func (s *Service) FindDraft(ctx context.Context, actor org.Actor, id int64) (*PreparedView, error) {
	var v *PreparedView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := prepared(tx.DB, actor, org.ConfirmNotice, id)
		if err != nil {
			return err
		}
		v = &PreparedView{Prepared: *p, Asked: p.queries(), FileIDs: p.files()}
		if v.Figures, err = s.figures(tx, p.EstateID, v.Asked); err != nil && fault.Of(err).Kind != fault.Internal {
			v.Why, err = fault.Of(err).Message, nil
		}
		return err
	})
	return v, err
}

// ListDrafts pages through an estate's drafts, newest first; state narrows it.
func (s *Service) ListDrafts(ctx context.Context, actor org.Actor, estateID int64, state State, before int64, limit int) ([]Prepared, error) {
	var rows []Prepared
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ConfirmNotice, estateID)
		if err != nil {
			return err
		}
		q := tx.Scopes(seen(actor, org.ConfirmNotice)).Where("estate_id = ?", e.ID)
		if state != "" {
			q = q.Where("state = ?", state)
		}
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Order("id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// MayOpenDraft tells whether the actor may look at a draft's files.
func (s *Service) MayOpenDraft(ctx context.Context, actor org.Actor, id int64) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		_, err := prepared(tx.DB, actor, org.ConfirmNotice, id)
		return err
	})
}
