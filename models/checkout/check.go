package checkout

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/store"
)

// Unpaired finds orders that are paid without the one receipt of WeChat's number, or that have a receipt and are not paid.
func Unpaired(tx *store.Tx) *gorm.DB {
	return tx.Model(&Order{}).Select("pay_orders.id").Where("pay_orders.state = ? OR pay_orders.payment_id <> 0", Paid).
		Where("pay_orders.state <> ? OR pay_orders.transaction_id IS NULL OR pay_orders.paid_at IS NULL OR "+
			"(SELECT COUNT(*) FROM fee_payments p WHERE p.company_id = pay_orders.company_id AND p.way = ? AND p.serial = pay_orders.transaction_id AND p.id = pay_orders.payment_id AND p.estate_id = pay_orders.estate_id AND p.refunds_id = 0) <> 1", Paid, fee.WeChat)
}

// Unreceipted finds refunds that are done without a receipt of their amount for what was decided.
func Unreceipted(tx *store.Tx) *gorm.DB {
	return tx.Model(&Refund{}).Select("pay_refunds.id").Where("pay_refunds.state = ?", Given).
		Where("NOT EXISTS (SELECT 1 FROM fee_payments p WHERE p.id = pay_refunds.payment_id AND p.refunds_id <> 0 AND p.change_id = pay_refunds.change_id AND p.amount = -pay_refunds.amount)")
}

// Unlinked finds payments that ended with the refunds of them and that the refunds do not come to, that the books have nevertheless, or
// whose refunds ended otherwise.
func Unlinked(tx *store.Tx) *gorm.DB {
	const back = "(SELECT COALESCE(SUM(r.theirs), 0) FROM pay_differences r WHERE r.linked_id = pay_differences.id AND r.id <> pay_differences.id AND r.kind = ? AND r.state = pay_differences.state AND r.action = ? AND r.transaction_id = pay_differences.transaction_id AND r.estate_id = pay_differences.estate_id)"
	return tx.Model(&Difference{}).Select("pay_differences.id").Where("pay_differences.linked_id = pay_differences.id AND (pay_differences.kind = ? OR pay_differences.action <> ? OR pay_differences.theirs <> "+back+")", RefundDiffers, Link, RefundDiffers, Link).
		Or("pay_differences.linked_id = pay_differences.id AND pay_differences.state = 'resolved' AND EXISTS (SELECT 1 FROM fee_payments p WHERE p.company_id = pay_differences.company_id AND p.way = ? AND p.serial = pay_differences.transaction_id)", fee.WeChat).
		Or("pay_differences.state IN ('proposed', 'resolved') AND pay_differences.action = ? AND NOT EXISTS (SELECT 1 FROM pay_differences p WHERE p.id = pay_differences.linked_id AND p.linked_id = p.id)", Link)
}

// Waiting finds refunds that have gone back and that the books do not have.
func Waiting(tx *store.Tx) *gorm.DB {
	return tx.Model(&Refund{}).Select("pay_refunds.id").Where("pay_refunds.state = ?", Unbooked)
}
