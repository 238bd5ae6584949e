package fee

import (
	"context"
	"slices"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// MyAccount is what the owners of a home owe together, and what the books of every company hold for them. What an owner before them paid
// ahead or deposited is between that owner and the company. Faults: org.ErrForbidden, ErrUnit.
func (s *Service) MyAccount(ctx context.Context, actor org.Actor, unit int64) (*Held, error) {
	a := &Held{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		h, err := homeOf(tx, actor, unit)
		if err != nil {
			return err
		}
		e, err := org.OpenEstate(tx, h.unit.EstateID)
		if err != nil {
			return err
		}
		companies, err := ledger.Holders(tx, e)
		if err != nil {
			return err
		}
		for _, company := range companies {
			have, err := prepaid(tx, company, e.ID, unit)
			if err != nil {
				return err
			}
			theirs, err := earlier(tx, company, []int64{unit}, nil)
			if err != nil {
				return err
			}
			a.Prepaid += max(0, have-theirs[unit])
		}
		if a.Deposit, err = h.deposited(tx); err != nil {
			return err
		}
		a.Owed, err = wanted(h.bills(tx), tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// deposited is what of these owners' own deposits has not gone back.
func (h *home) deposited(tx *store.Tx) (sum money.Fen, err error) {
	given := tx.Model(&Payment{}).Select("id").Where("unit_id = ? AND kind = 'deposit' AND at >= ?", h.unit.ID, h.since)
	err = tx.Model(&Payment{}).Select("COALESCE(SUM(amount), 0)").Where("unit_id = ? AND (kind = 'deposit' AND at >= ? OR refunds_id IN (?))", h.unit.ID, h.since, given).Scan(&sum).Error
	return sum, err
}

// notTheirs are the refunds of what owners before these had paid ahead or deposited.
func (h *home) notTheirs(tx *store.Tx) ([]int64, error) {
	ids := []int64{0}
	if h.since.IsZero() {
		return ids, nil
	}
	var list []Payment
	if err := tx.Where("unit_id = ? AND kind = 'refund' AND at >= ?", h.unit.ID, h.since).Order("id").Limit(200).Find(&list).Error; err != nil {
		return nil, err
	}
	of := make([]int64, len(list))
	for i, x := range list {
		of[i] = x.RefundsID
	}
	var given []int64
	if err := tx.Model(&Payment{}).Where("id IN ? AND at < ?", append([]int64{0}, of...), h.since).Pluck("id", &given).Error; err != nil {
		return nil, err
	}
	for _, x := range list {
		left := money.Fen(0)
		if x.RefundsID == 0 {
			theirs, err := earlier(tx, x.CompanyID, []int64{x.UnitID}, &x)
			if err != nil {
				return nil, err
			}
			left = theirs[x.UnitID]
		}
		if slices.Contains(given, x.RefundsID) || x.RefundsID == 0 && left >= -x.Amount {
			ids = append(ids, x.ID)
		}
	}
	return ids, nil
}
