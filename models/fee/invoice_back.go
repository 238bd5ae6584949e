package fee

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// weighInvoices refuses to give back, of a payment or of what a unit paid ahead, money for which there are invoices.
func (c *Change) weighInvoices(tx *store.Tx, of *Payment) error {
	paid, kept, whose := tx.Where("unit_id = ? AND company_id = ? AND kind = 'payment'", c.UnitID, c.CompanyID), c.kept, "这一户的收款"
	if of != nil {
		paid, whose = tx.Where("id = ?", of.ID), "这笔收款"
		kept = func(tx *store.Tx) (money.Fen, error) { return left(tx, of) }
	}
	bills, err := sum(tx.Model(&Invoice{}).Where("payment_id IN (?)", paid.Model(&Payment{}).Select("id")), "amount")
	if err != nil || bills <= 0 {
		return err
	}
	have, err := kept(tx)
	if err != nil {
		return err
	}
	on := tx.Model(&Change{}).Where("unit_id = ? AND company_id = ? AND id <> ? AND kind = ? AND state = ?", c.UnitID, c.CompanyID, c.ID, RefundAhead, Sending)
	if of != nil {
		on = on.Where("payment_id = ?", of.ID)
	}
	leaving, err := sum(on, "amount")
	if err != nil {
		return err
	}
	if have -= leaving + c.Amount; bills > have {
		err = ErrState.Saying(fmt.Sprintf("%s开了%s元的发票，退了以后只剩%s元：请先到税务系统开红字发票或作废，在那笔收款上登记，再办退款", whose, bills, max(0, have)))
	}
	return err
}

// kept is what of a unit's payments to a company, its part of those for several homes among them, has not gone back.
func (c *Change) kept(tx *store.Tx) (money.Fen, error) {
	own := tx.Model(&Payment{}).Select("id").Where("unit_id = ? AND company_id = ? AND kind = 'payment'", c.UnitID, c.CompanyID)
	had, err := sum(tx.Model(&Payment{}).Where("unit_id = ? AND company_id = ? AND (kind = 'payment' OR kind = 'refund' AND (refunds_id = 0 OR refunds_id IN (?)))", c.UnitID, c.CompanyID, own), "amount")
	if err != nil {
		return 0, err
	}
	shared, err := sum(tx.Table("fee_allocations a").Joins("JOIN fee_payments p ON p.id = a.payment_id AND p.unit_id = 0 AND p.company_id = ?", c.CompanyID).Where("a.unit_id = ?", c.UnitID), "a.amount")
	return had + shared, err
}

func sum(q *gorm.DB, column string) (total money.Fen, err error) {
	return total, q.Select("COALESCE(SUM(" + column + "), 0)").Scan(&total).Error
}
