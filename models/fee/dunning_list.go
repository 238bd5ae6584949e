package fee

import (
	"context"
	"slices"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// LetterView is a letter with its bills and how it came to its people.
type LetterView struct {
	Letter
	Named      []NamedBill
	Deliveries []DeliveryView
}

// NamedBill is a bill that a letter names.
type NamedBill struct {
	Bill
	Wanted money.Fen // when the letter was written
}

// DeliveryView is a delivery with its pictures.
type DeliveryView struct {
	Delivery
	Files []int64
}

// ListLetters pages through what the actor's company wrote or left out at an estate, newest first; of a unit, a run or a state if they
// are not empty. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListLetters(ctx context.Context, actor org.Actor, estate int64, f LetterFilter, before int64, limit int) ([]Letter, error) {
	var rows []Letter
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.RunFees, estate)
		if err != nil {
			return err
		}
		q := tx.Omit("text").Where("estate_id = ? AND company_id = ?", e.ID, actor.OrganisationID())
		if f.Stage != "" {
			q = q.Where("stage = ?", f.Stage)
		}
		if f.UnitID != 0 {
			q = q.Where("unit_id = ?", f.UnitID)
		}
		if f.RunID != 0 {
			q = q.Where("run_id = ?", f.RunID)
		}
		if f.State != "" {
			q = q.Where("state = ?", f.State)
		}
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Order("id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// LetterFilter narrows a list of letters.
type LetterFilter struct {
	Stage         Stage
	State         string
	UnitID, RunID int64
}

// FindLetter shows a letter to the company that wrote it. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindLetter(ctx context.Context, actor org.Actor, id int64) (*LetterView, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	var v *LetterView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		l, err := own[Letter](tx, actor, id)
		if err != nil {
			return err
		}
		v, err = s.viewLetter(tx, *l)
		return err
	})
	return v, err
}

// FindMyLetter shows a letter to the people whom it was written to: the unit's of today, if it was to them.
// Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindMyLetter(ctx context.Context, actor org.Actor, id int64) (*LetterView, error) {
	if err := actor.Must(org.SeeBills); err != nil {
		return nil, err
	}
	var v *LetterView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		l, err := myLetter(tx, actor, id)
		if err != nil {
			return err
		}
		v, err = s.viewLetter(tx, *l)
		return err
	})
	return v, err
}

// myLetter is a letter that was written to those who own the actor's home today.
func myLetter(tx *store.Tx, actor org.Actor, id int64) (*Letter, error) {
	var l Letter
	if err := tx.Scopes(actor.Within(org.SeeBills, "estate_id")).Where("id = ? AND state IN ?", id, []string{Sent, Issued}).Take(&l).Error; err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	h, err := homeOf(tx, actor, l.UnitID)
	if err != nil || !slices.Contains(h.sets, l.OwnerSetID) {
		return nil, ErrNotFound
	}
	return &l, nil
}

// ListMyLetters lists what was written to the owners of the actor's home, newest first. Faults: org.ErrForbidden, ErrUnit.
func (s *Service) ListMyLetters(ctx context.Context, actor org.Actor, unit, before int64, limit int) ([]Letter, error) {
	var rows []Letter
	err := s.db.View(ctx, func(tx *store.Tx) error {
		h, err := homeOf(tx, actor, unit)
		if err != nil {
			return err
		}
		q := tx.Where("unit_id = ? AND owner_set_id IN ? AND state IN ?", unit, h.sets, []string{Sent, Issued})
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Order("id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

func (s *Service) viewLetter(tx *store.Tx, l Letter) (*LetterView, error) {
	v := &LetterView{Letter: l}
	var named []LetterBill
	if err := tx.Where("letter_id = ?", l.ID).Order("id").Limit(maxBills).Find(&named).Error; err != nil {
		return nil, err
	}
	ids, wanted := make([]int64, len(named)), map[int64]money.Fen{}
	for i, b := range named {
		ids[i], wanted[b.BillID] = b.BillID, b.Amount
	}
	var bills []Bill
	if err := tx.Where("id IN ?", append(ids, 0)).Order("period_on, id").Find(&bills).Error; err != nil {
		return nil, err
	}
	for _, b := range bills {
		v.Named = append(v.Named, NamedBill{b, wanted[b.ID]})
	}
	var taken []Delivery
	if err := tx.Where("letter_id = ?", l.ID).Order("id").Limit(50).Find(&taken).Error; err != nil {
		return nil, err
	}
	at := make([]int64, len(taken))
	for i, d := range taken {
		at[i] = d.ID
	}
	files, err := s.files.IDsIn(tx, DeliveryFiles, at)
	for _, d := range taken {
		v.Deliveries = append(v.Deliveries, DeliveryView{d, files[d.ID]})
	}
	return v, err
}

// ListReminderRuns pages through the runs of the actor's company at an estate, newest first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListReminderRuns(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]ReminderRun, error) {
	return listed[ReminderRun](ctx, s, actor, estate, before, limit, "")
}
