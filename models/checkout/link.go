package checkout

import (
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// link proposes that a refund which somebody made at WeChat's own pages gave back a payment that we do not have: both came and went there,
// nothing is owed, and nothing is booked, so that the books go on to have what WeChat holds. All refunds of the payment end with it; where
// they are not the whole of it, something stayed, and the payment has to come in first.
// Faults: ErrState.
func (s *Service) link(tx *store.Tx, actor org.Actor, d *Difference, reason string) error {
	pair, err := pairOf(tx, d)
	if err != nil {
		return err
	}
	for i := range pair {
		x := &pair[i]
		if x.State != "open" {
			return ErrState.Saying("同一笔付款的另一项差异（" + x.Number + "）正在等另一人确认，或已经作了说明：请先确认、退回或重新核对那一项")
		}
		x.State, x.Action, x.Reason, x.ProposedBy, x.ProposedAt, x.LinkedID = "proposed", Link, reason, actor.PersonID, &tx.Now, pair[0].ID
		if err := s.keep(tx, actor, x, "resolve"); err != nil {
			return err
		}
	}
	return nil
}

// pairOf finds the payment that a refund gave back and all refunds of it, the payment first. Faults: ErrState.
func pairOf(tx *store.Tx, d *Difference) ([]Difference, error) {
	if d.Kind != RefundDiffers || d.RefundID != 0 || d.Cause == odd || d.TransactionID == "" {
		return nil, ErrState.Saying("只有在微信商户平台退的、我们没有的退款才能相抵：请在那一笔退款的差异上办")
	}
	m, err := matterOf(tx, d)
	if err != nil {
		return nil, err
	}
	if m.given.ID != 0 || m.serial {
		return nil, ErrState.Saying("退的那笔付款已经入账，不能相抵：请选“入账”，把退款冲在那笔付款上")
	}
	var all []Difference
	err = tx.Where("transaction_id = ? AND estate_id = ? AND company_id = ? AND refund_id = 0 AND kind IN ? AND cause <> ?", d.TransactionID, d.EstateID, d.CompanyID, []DifferenceKind{OnlyTheirs, AmountDiffers, StateDiffers, RefundDiffers}, odd).
		Order("id").Limit(100).Find(&all).Error
	if err != nil {
		return nil, err
	}
	var pair []Difference
	var back money.Fen
	for _, x := range all {
		if x.Kind == RefundDiffers && (x.State != "resolved" || x.LinkedID != 0) { // one that two have explained, such as a closed one, gave nothing back
			pair, back = append(pair, x), back+x.Theirs
		}
	}
	paid := slices.IndexFunc(all, func(x Difference) bool { return x.Kind != RefundDiffers && (x.State == "open" || x.LinkedID == x.ID) })
	if paid < 0 {
		paid = slices.IndexFunc(all, func(x Difference) bool { return x.Kind != RefundDiffers })
	}
	if paid < 0 {
		return nil, ErrState.Saying("没有找到退的那笔付款：请先对付款那一天的账；那一天还没有开通微信缴费的，这里只作说明")
	}
	p := all[paid]
	if back != p.Theirs {
		return nil, ErrState.Saying(fmt.Sprintf("那笔付款是%s元，只退了%s元，不能相抵：请先把那笔付款入账，再来冲这笔退款", p.Theirs, back))
	}
	if m, err = matterOf(tx, &p); err != nil {
		return nil, err
	}
	if m.same(&p) || m.serial {
		return nil, ErrState.Saying("退的那笔付款已经入账，不能相抵：请选“入账”，把退款冲在那笔付款上")
	}
	return append([]Difference{p}, pair...), nil
}

// linked are the differences that end together with one, which may be alone.
func linked(tx *store.Tx, d *Difference) (all []Difference, err error) {
	if d.LinkedID == 0 {
		return []Difference{*d}, nil
	}
	err = tx.Where("linked_id = ? AND estate_id = ? AND company_id = ?", d.LinkedID, d.EstateID, d.CompanyID).Order("id").Limit(100).Find(&all).Error
	return all, err
}

// each does something with all that end together with a difference.
func (s *Service) each(tx *store.Tx, d *Difference, f func(*Difference) error) error {
	all, err := linked(tx, d)
	if err != nil {
		return err
	}
	for i := range all {
		if err := f(&all[i]); err != nil {
			return err
		}
	}
	return nil
}

// cancelOut ends a payment and the refunds of it, which WeChat has just confirmed, once they are still all that there is of it.
func (s *Service) cancelOut(tx *store.Tx, actor org.Actor, d *Difference, asked []Difference) error {
	all, err := linked(tx, d)
	if err != nil {
		return err
	}
	refund := slices.IndexFunc(all, func(x Difference) bool { return x.Kind == RefundDiffers })
	if refund < 0 {
		return ErrState
	}
	pair, err := pairOf(tx, &all[refund])
	if err != nil {
		return err
	}
	if len(pair) != len(all) || len(pair) != len(asked) {
		return ErrState.Saying("这笔付款又有了新的退款，请退回后重新核对")
	}
	for i := range pair {
		x := &pair[i]
		if x.State != "proposed" || x.LinkedID != pair[0].ID {
			return ErrState
		}
		if err := explained(tx, x); err != nil {
			return err
		}
		x.State, x.DecidedBy, x.DecidedAt = "resolved", actor.PersonID, &tx.Now
		if err := s.keep(tx, actor, x, "confirm"); err != nil {
			return err
		}
	}
	return nil
}
