package fee

import (
	"context"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Deposit takes a unit's deposit, such as for works inside; it goes back by a Change of kind deposit_out.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrUnit, ErrSerial, ErrClosed, ledger.ErrPeriodClosed, fault.ErrInvalid.
func (s *Service) Deposit(ctx context.Context, actor org.Actor, p Paying) (int64, error) {
	p.BillIDs, p.Prepay = nil, false
	if err := p.check(s.db.Now()); err != nil {
		return 0, err
	}
	if !length(p.Note, 2, 200) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "note", Reason: "请写明是什么押金（2至200个字）"})
	}
	return s.act(ctx, actor, "deposit", at(actor, p.EstateID), func(tx *store.Tx) (int64, error) {
		names, err := unitNames(tx, p.EstateID, []int64{p.UnitID})
		if err != nil {
			return 0, err
		}
		if names[p.UnitID] == "" {
			return 0, ErrUnit
		}
		if err := serving(tx, actor.OrganisationID(), p.EstateID); err != nil {
			return 0, err
		}
		x, err := s.receive(tx, actor, actor.Post.PostID, actor.OrganisationID(), p, "deposit")
		if err != nil {
			return 0, err
		}
		return x.ID, s.book(tx, actor, x, "deposit", x.PaidOn, pair(accounts[x.Way], ledger.FeeDeposit, x.UnitID, x.Amount))
	})
}

// left is what of a payment has not gone back.
func left(tx *store.Tx, x *Payment) (money.Fen, error) {
	var back money.Fen
	err := tx.Model(&Payment{}).Select("COALESCE(SUM(amount), 0)").Where("refunds_id = ?", x.ID).Scan(&back).Error
	return x.Amount + back, err
}
