package fund

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// rowKinds are the sources of journals that these rows stand for; projects are recounted by VerifyProjects.
var rowKinds = []string{"fund_slip", "fund_import", "fund_income", "fund_refund"}

// rowEntries are the entries of the fund's books for such rows, on accounts of some codes.
func rowEntries(tx *store.Tx, codes ...ledger.Code) *gorm.DB {
	return tx.Table("ledger_journals j").Select("j.source_kind AS kind, j.source_id AS id, a.unit_id, e.amount").
		Joins("JOIN ledger_books k ON k.id = j.book_id AND k.kind = ?", ledger.Fund).Joins("JOIN ledger_entries e ON e.journal_id = j.id").Joins("JOIN ledger_accounts a ON a.id = e.account_id").
		Where("j.source_kind IN ? AND a.code IN ?", rowKinds, codes)
}

// MiscountedSubAccounts are units on whose sub-accounts the slips, the bank's lists, the allocated incomes and the refunds put other sums than
// their own rows say.
func MiscountedSubAccounts(tx *store.Tx) *gorm.DB {
	slips := tx.Table("fund_deposits").Select("'fund_slip' AS kind, slip_id AS id, unit_id, amount").Where("NOT dropped")
	lists := tx.Table("fund_import_lines l").Select("'fund_import' AS kind, l.import_id AS id, l.unit_id, l.owners_fen + l.seller_fen AS amount").Joins("JOIN fund_imports i ON i.id = l.import_id AND l.part <= i.done").Where("l.unit_id <> 0")
	incomes := tx.Table("fund_income_shares s").Select("'fund_income' AS kind, s.income_id AS id, s.unit_id, s.amount").Joins("JOIN fund_incomes i ON i.id = s.income_id AND s.part <= i.done")
	refunds := tx.Table("fund_refund_lines l").Select("'fund_refund' AS kind, l.refund_id AS id, l.unit_id, -(l.owners_fen + l.seller_fen) AS amount").Joins("JOIN fund_refunds r ON r.id = l.refund_id AND r.state = 'paid'")
	return tx.Table("(? UNION ALL ? UNION ALL ? UNION ALL ? UNION ALL ?) AS all_sides", slips, lists, incomes, refunds,
		rowEntries(tx, ledger.FundUnit, ledger.FundSeller, ledger.FundReceivable, ledger.FundSellerReceivable)).Select("unit_id").Group("kind, id, unit_id").Having("SUM(amount) <> 0")
}

// MiscountedBank are slips, lists, incomes and refunds for which the special account moved by another sum than they say. The public income
// comes with its own settlement.
func MiscountedBank(tx *store.Tx) *gorm.DB {
	slips := tx.Table("fund_slips").Select("'fund_slip' AS kind, id, 0 AS unit_id, -amount AS amount").Where("reversed_at IS NULL")
	lists := tx.Table("fund_import_lines l").Select("'fund_import' AS kind, l.import_id AS id, 0 AS unit_id, -(l.owners_fen + l.seller_fen) AS amount").Joins("JOIN fund_imports i ON i.id = l.import_id AND l.part <= i.done")
	incomes := tx.Table("fund_incomes").Select("'fund_income' AS kind, id, 0 AS unit_id, -amount AS amount").Where("kind <> ?", PublicIncome)
	refunds := tx.Table("fund_refunds").Select("'fund_refund' AS kind, id, 0 AS unit_id, owners_fen + seller_fen AS amount").Where("state = 'paid'")
	return tx.Table("(? UNION ALL ? UNION ALL ? UNION ALL ? UNION ALL ?) AS all_sides", slips, lists, incomes, refunds, rowEntries(tx, ledger.FundBank)).Select("id").Group("kind, id").Having("SUM(amount) <> 0")
}
