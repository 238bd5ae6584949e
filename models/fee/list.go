package fee

import (
	"context"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// listed pages through the rows of the actor's company at an estate, newest first; those of one state if it is not empty.
func listed[T any](ctx context.Context, s *Service, actor org.Actor, estate, before int64, limit int, state string) (rows []T, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		rows, err = org.CompanyPage[T](tx, actor, org.RunFees, estate, before, limit, state)
		return err
	})
	return rows, err
}

// RunView is a run with how far it is.
type RunView struct {
	Run
	Rule   Rule
	DoneBy map[string]int // parts by their state
	Paid   int64          // bills on which there is money
}

// ListRuns pages through an estate's runs, newest first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListRuns(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Run, error) {
	return listed[Run](ctx, s, actor, estate, before, limit, "")
}

// FindRun shows a run and how far it is. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindRun(ctx context.Context, actor org.Actor, id int64) (*RunView, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	v := &RunView{DoneBy: map[string]int{}}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		r, err := own[Run](tx, actor, id)
		if err != nil {
			return err
		}
		v.Run = *r
		if err := tx.Where("id = ?", r.RuleID).Take(&v.Rule).Error; err != nil {
			return err
		}
		var n []struct {
			State string
			N     int
		}
		if err := tx.Model(&Part{}).Select("state, COUNT(*) AS n").Where("run_id = ?", r.ID).Group("state").Scan(&n).Error; err != nil {
			return err
		}
		for _, x := range n {
			v.DoneBy[x.State] = x.N
		}
		v.Paid, err = paidOf(tx, r.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// BillFilter narrows a list of bills.
type BillFilter struct {
	UnitID int64
	RunID  int64
	State  BillState
	Number string
}

// ListBills pages through the bills of the actor's company at an estate, newest first.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListBills(ctx context.Context, actor org.Actor, estate int64, f BillFilter, before int64, limit int) ([]Owed, error) {
	var list []Owed
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.RunFees, estate)
		if err != nil {
			return err
		}
		q := tx.Scopes(out).Where("fee_bills.estate_id = ? AND fee_bills.company_id = ?", e.ID, actor.OrganisationID())
		if before > 0 {
			q = q.Where("fee_bills.id < ?", before)
		}
		if f.UnitID != 0 {
			q = q.Where("fee_bills.unit_id = ?", f.UnitID)
		}
		if f.RunID != 0 {
			q = q.Where("fee_bills.run_id = ?", f.RunID)
		}
		if f.State != "" {
			q = q.Where("fee_bills.state = ?", f.State)
		}
		if f.Number != "" {
			q = q.Where("fee_bills.number = ?", f.Number)
		}
		var bills []Bill
		if err := q.Order("fee_bills.id DESC").Limit(limit).Find(&bills).Error; err != nil {
			return err
		}
		if list, err = owed(tx, bills); err != nil {
			return err
		}
		shown := make([]*Owed, len(list))
		for i := range list {
			shown[i] = &list[i]
		}
		return s.addDisputes(tx, actor, shown)
	})
	return list, err
}

// Held is what the books hold for a unit.
type Held struct {
	Owed    money.Fen
	Prepaid money.Fen
	Deposit money.Fen
}

// FindHeld reads what a unit owes to the actor's company and has paid ahead to it, and what it has deposited. Faults: org.ErrForbidden, ErrUnit.
func (s *Service) FindHeld(ctx context.Context, actor org.Actor, unit int64) (*Held, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	h := &Held{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var u org.Unit
		if err := tx.Scopes(actor.Within(org.RunFees, "estate_id")).Where("id = ? AND removed_at IS NULL", unit).Take(&u).Error; err != nil {
			return store.NotFound(err, ErrUnit)
		}
		if err := h.add(tx, actor.OrganisationID(), u.EstateID, unit); err != nil {
			return err
		}
		var err error
		h.Owed, err = wanted(tx.Scopes(out).Where("fee_bills.unit_id = ? AND fee_bills.company_id = ?", unit, actor.OrganisationID()), tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// add adds what a company's books hold for a unit.
func (h *Held) add(tx *store.Tx, company, estate, unit int64) error {
	for code, to := range map[ledger.Code]*money.Fen{ledger.FeePrepaid: &h.Prepaid, ledger.FeeDeposit: &h.Deposit} {
		n, err := held(tx, company, estate, code, unit)
		if err != nil {
			return err
		}
		*to += n
	}
	return nil
}
