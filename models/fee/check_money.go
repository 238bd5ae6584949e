package fee

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// inBooks are the entries of companies' fee books on accounts of some codes.
func inBooks(tx *store.Tx, codes ...ledger.Code) *gorm.DB {
	return tx.Table("ledger_accounts a").Select("k.estate_id, k.holder_id AS company_id, a.unit_id, a.code, e.amount").
		Joins("JOIN ledger_books k ON k.id = a.book_id").Joins("JOIN ledger_entries e ON e.account_id = a.id").Where("a.code IN ?", codes)
}

// MiscountedPrepaid are units for which a company's books hold another sum paid ahead than its payments and bills leave.
func MiscountedPrepaid(tx *store.Tx) *gorm.DB {
	paid := tx.Table("fee_payments p").Select("p.estate_id, p.company_id, p.unit_id, '' AS code, CASE WHEN p.kind = 'refund' AND p.refunds_id = 0 THEN p.amount ELSE p.prepaid END AS amount").Where("p.state = 'posted'")
	used := tx.Table("fee_allocations a").Select("a.estate_id, b.company_id, a.unit_id, '' AS code, -a.amount AS amount").Joins("JOIN fee_bills b ON b.id = a.bill_id").Where("a.payment_id = 0")
	return tx.Table("(? UNION ALL ? UNION ALL ?) AS all_sides", paid, used, inBooks(tx, ledger.FeePrepaid)).Select("unit_id").Group("estate_id, company_id, unit_id").Having("SUM(amount) <> 0")
}

// MiscountedDeposits are units for which a company's books hold other deposits than were given and have not gone back.
func MiscountedDeposits(tx *store.Tx) *gorm.DB {
	given := tx.Table("fee_payments p").Select("p.estate_id, p.company_id, p.unit_id, '' AS code, p.amount").Joins("LEFT JOIN fee_payments g ON g.id = p.refunds_id").Where("p.kind = 'deposit' OR g.kind = 'deposit'")
	return tx.Table("(? UNION ALL ?) AS all_sides", given, inBooks(tx, ledger.FeeDeposit)).Select("unit_id").Group("estate_id, company_id, unit_id").Having("SUM(amount) <> 0")
}

// MiscountedSuspense are estates where a company's books hold another sum of unclaimed money than its unclaimed payments come to.
func MiscountedSuspense(tx *store.Tx) *gorm.DB {
	waiting := tx.Table("fee_payments p").Select("p.estate_id, p.company_id, p.unit_id, '' AS code, p.amount").Where("p.state = 'suspense'")
	return tx.Table("(? UNION ALL ?) AS all_sides", waiting, inBooks(tx, ledger.FeeSuspense)).Select("estate_id").Group("estate_id, company_id").Having("SUM(amount) <> 0")
}

// MiscountedMoney are estates where a company's books have other money in the till, at the bank or with WeChat than its payments and
// settlements come to.
func MiscountedMoney(tx *store.Tx) *gorm.DB {
	const at = "CASE way WHEN 'cash' THEN 'fee.cash' WHEN 'wechat' THEN 'fee.wechat' ELSE 'fee.bank' END AS code"
	moved := tx.Table("fee_payments").Select("estate_id, company_id, 0 AS unit_id, " + at + ", -amount AS amount")
	settled := func(code, amount string) *gorm.DB {
		return tx.Table("fee_changes").Select("estate_id, company_id, 0 AS unit_id, "+code+", "+amount+" AS amount").Where("kind = ? AND state = 'approved'", Settle)
	}
	return tx.Table("(? UNION ALL ? UNION ALL ? UNION ALL ? UNION ALL ?) AS all_sides", moved, settled(at, "amount"), settled("'fee.bank' AS code", "cost - amount"), settled("'fee.cost' AS code", "-cost"),
		inBooks(tx, ledger.FeeCash, ledger.FeeBank, ledger.FeeWeChat, ledger.FeeCost)).Select("estate_id").Group("estate_id, company_id, code").Having("SUM(amount) <> 0")
}

// MiscountedDays are closed days of cashiers whose sums are not those of their movements.
func MiscountedDays(tx *store.Tx) *gorm.DB {
	return tx.Table("fee_days d").Select("d.id").Joins(`LEFT JOIN (SELECT estate_id, cashier_id, day_on, COUNT(*) AS n, SUM(CASE WHEN way = 'cash' THEN amount ELSE 0 END) AS cash,
		SUM(CASE WHEN way = 'bank' THEN amount ELSE 0 END) AS bank, SUM(CASE WHEN way = 'pos' THEN amount ELSE 0 END) AS pos FROM fee_payments WHERE way <> 'wechat' GROUP BY estate_id, cashier_id, day_on) p
		ON p.estate_id = d.estate_id AND p.cashier_id = d.person_id AND p.day_on = d.day_on`).
		Where("d.movements <> COALESCE(p.n, 0) OR d.cash <> COALESCE(p.cash, 0) OR d.bank <> COALESCE(p.bank, 0) OR d.pos <> COALESCE(p.pos, 0)")
}
