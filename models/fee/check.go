package fee

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// what became of each bill.
const became = `LEFT JOIN (SELECT bill_id, SUM(effect) AS effect FROM fee_changes WHERE state = 'approved' GROUP BY bill_id) c ON c.bill_id = b.id
	LEFT JOIN (SELECT bill_id, SUM(amount) AS amount FROM fee_allocations GROUP BY bill_id) p ON p.bill_id = b.id`

const due = "b.amount + COALESCE(c.effect, 0) - COALESCE(p.amount, 0)"

// Misstated are bills whose state is not what their lines say, or on which there is more money than they want.
func Misstated(tx *store.Tx) *gorm.DB {
	return tx.Table("fee_bills b").Select("b.id").Joins(became).
		Where("b.state <> 'cancelled' AND (" + due + " < 0 OR (" + due + " = 0) <> (b.state = 'settled')) OR b.state = 'cancelled' AND COALESCE(p.amount, 0) <> 0")
}

// Unbooked are units for which a company's books say another debt than its bills.
func Unbooked(tx *store.Tx) *gorm.DB {
	bills := tx.Table("fee_bills b").Select("b.unit_id, b.company_id, " + due + " AS amount").Joins(became).Where("b.state <> 'cancelled'")
	books := tx.Table("ledger_accounts a").Select("a.unit_id, k.holder_id AS company_id, -e.amount AS amount").Joins("JOIN ledger_books k ON k.id = a.book_id").Joins("JOIN ledger_entries e ON e.account_id = a.id").Where("a.code = ?", ledger.FeeReceivable)
	return tx.Table("(? UNION ALL ?) AS both_sides", bills, books).Select("unit_id").Group("unit_id, company_id").Having("SUM(amount) <> 0")
}
