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

// Waiting finds refunds that have gone back and that the books do not have.
func Waiting(tx *store.Tx) *gorm.DB {
	return tx.Model(&Refund{}).Select("pay_refunds.id").Where("pay_refunds.state = ?", Unbooked)
}
