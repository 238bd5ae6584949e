package mediation

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// tickBatch bounds how many of each kind one round of the clock looks at.
const tickBatch = 100

// Tick does what time has brought: it reminds of what is soon to be done under an agreement, tells of what is late, each
// once, and looks after what no host has taken on. It returns how many it dealt with, at most 300.
func (s *Service) Tick(ctx context.Context) (int, error) {
	var soon, late []Term
	var waiting []int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.Where("state = 'open' AND remind_at <= ? AND due_at >= ?", tx.Now, tx.Now).Order("remind_at, id").Limit(tickBatch).Find(&soon).Error; err != nil {
			return err
		}
		if err := tx.Where("state = 'open' AND due_at < ? AND late_at IS NULL", tx.Now).Order("due_at, id").Limit(tickBatch).Find(&late).Error; err != nil {
			return err
		}
		return tx.Model(&Mediation{}).Where("state = ? AND told_at IS NULL AND (accept_due < ? OR host_id NOT IN (?))", Requested, tx.Now, org.Staffed(tx)).
			Order("id").Limit(tickBatch).Pluck("id", &waiting).Error
	})
	if err != nil {
		return 0, err
	}
	for _, t := range soon {
		if err := s.remind(ctx, t); err != nil {
			return 0, err
		}
	}
	for _, t := range late {
		if err := s.late(ctx, t); err != nil {
			return 0, err
		}
	}
	for _, id := range waiting {
		if err := s.unaccepted(ctx, id); err != nil {
			return 0, err
		}
	}
	return len(soon) + len(late) + len(waiting), nil
}

// woken locks a mediation for the clock; nil if it is not as it was wanted.
func (s *Service) woken(tx *store.Tx, where string, args ...any) (*deed, error) {
	var m Mediation
	if err := tx.ForUpdate().Where(where, args...).Take(&m).Error; err != nil {
		if errors.Is(err, gorm.ErrRecordNotFound) {
			err = nil
		}
		return nil, err
	}
	parties, err := partiesOf(tx, m.ID)
	return &deed{Service: s, tx: tx, by: audit.System{}, m: &m, parties: parties}, err
}

// owed finds the agreement under which a term counts and who owes it; nil if another text counts, or it is over.
func (s *Service) owed(tx *store.Tx, t Term) (*deed, error) {
	d, err := s.woken(tx, "id = ? AND agreement = ? AND state = ?", t.MediationID, t.AgreementID, Agreed)
	if err != nil || d == nil {
		return nil, err
	}
	d.of = &Party{ID: t.PartyID}
	for i := range d.parties {
		if d.parties[i].ID == t.PartyID {
			d.of = &d.parties[i]
		}
	}
	return d, nil
}

// remind tells whoever owes a term that its day is near. It leaves no step: nothing has happened.
func (s *Service) remind(ctx context.Context, t Term) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&Term{}).Where("id = ? AND remind_at IS NOT NULL AND state = 'open'", t.ID).Update("remind_at", nil)
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		d, err := s.owed(tx, t)
		if err != nil || d == nil {
			return err
		}
		return d.tell("soon", &t.DueAt)
	})
}

func (s *Service) late(ctx context.Context, t Term) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&Term{}).Where("id = ? AND late_at IS NULL AND state = 'open'", t.ID).Updates(map[string]any{"late_at": tx.Now, "remind_at": nil})
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		d, err := s.owed(tx, t)
		if err != nil || d == nil {
			return err
		}
		return d.step("late", t.Text, &t.DueAt)
	})
}

// unaccepted passes a mediation on from a host that has nobody at any post, and tells of one that has let its term pass:
// whoever asked may then take it to the next level.
func (s *Service) unaccepted(ctx context.Context, id int64) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		d, err := s.woken(tx, "id = ? AND state = ? AND told_at IS NULL", id, Requested)
		if err != nil || d == nil {
			return err
		}
		staffed, err := isStaffed(tx, d.m.HostID, nil)
		if err != nil {
			return err
		}
		next, err := d.above()
		if err != nil {
			return err
		}
		if !staffed && next != nil {
			if err := d.raise("主持单位目前没有在岗人员"); err != nil {
				return err
			}
			return d.store()
		}
		d.m.ToldAt = &tx.Now
		if err := d.step("unaccepted", "", nil); err != nil {
			return err
		}
		return d.store()
	})
}
