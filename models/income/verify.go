package income

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// Miscounted are estates whose books of the public income moved other money than their lines and settlements come to.
func Miscounted(tx *store.Tx) *gorm.DB {
	lines := tx.Table("income_lines").Select("estate_id, CASE WHEN sort = ? THEN amount ELSE -amount END AS amount", Cost).Where("struck_at IS NULL")
	paid := tx.Table("income_settlements").Select("estate_id, to_fund AS amount").Where("state = ? AND to_fund <> 0", Paid)
	entries := tx.Table("ledger_accounts a").Select("k.estate_id, e.amount").Joins("JOIN ledger_books k ON k.id = a.book_id").Joins("JOIN ledger_entries e ON e.account_id = a.id").Where("a.code = ?", ledger.IncomeBank)
	return tx.Table("(? UNION ALL ? UNION ALL ?) AS all_sides", lines, paid, entries).Select("estate_id").Group("estate_id").Having("SUM(amount) <> 0")
}

// Unbooked are lines whose own journal, with its reversal, moved another sum than they say.
func Unbooked(tx *store.Tx) *gorm.DB {
	booked := tx.Table("ledger_accounts a").Select("COALESCE(j.reverses_id, j.id) AS journal_id, SUM(e.amount) AS amount").Joins("JOIN ledger_entries e ON e.account_id = a.id").
		Joins("JOIN ledger_journals j ON j.id = e.journal_id").Where("a.code = ?", ledger.IncomeBank).Group("COALESCE(j.reverses_id, j.id)")
	return tx.Table("income_lines l").Select("l.id").Joins("LEFT JOIN (?) b ON b.journal_id = l.journal_id", booked).
		Where("COALESCE(b.amount, 0) <> CASE WHEN l.struck_at IS NOT NULL THEN 0 WHEN l.sort = ? THEN -l.amount ELSE l.amount END", Cost)
}
