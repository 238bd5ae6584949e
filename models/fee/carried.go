package fee

import (
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// uncarried refuses a payment of which some has been carried from its bills to what is paid ahead: it goes back from there, and what
// somebody else paid on the bill since then is not its own.
func uncarried(tx *store.Tx, payment int64) error {
	var n int64
	err := tx.Table("fee_allocations a").Joins("JOIN fee_allocations later ON later.bill_id = a.bill_id AND later.id > a.id AND later.source = 'carried'").
		Where("a.payment_id = ?", payment).Count(&n).Error
	if err == nil && n > 0 {
		err = errCarried
	}
	return err
}

var errCarried = ErrState.Saying("这笔款交的账单后来有一部分转为预交，不能整笔退：请先把那些账单“已交转预交”，再退预交款")

// unpaid refuses to take back from a bill more than stands on it: it was carried over before.
func (s *Service) unpaid(tx *store.Tx, ids []int64, parts []Allocation) error {
	var bills []Bill
	if err := tx.Where("id IN ?", append([]int64{0}, ids...)).Find(&bills).Error; err != nil {
		return err
	}
	list, err := owed(tx, bills)
	if err != nil {
		return err
	}
	stands := map[int64]money.Fen{}
	for _, o := range list {
		stands[o.ID] = o.Paid
	}
	for _, a := range parts {
		if stands[a.BillID] += a.Amount; stands[a.BillID] < 0 {
			return errCarried
		}
	}
	return nil
}
