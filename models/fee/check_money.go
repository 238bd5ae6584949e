package fee

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// Misreversed are settlements that say otherwise than what took them back and the books: taken back without the one agreed reversal of the
// same money whose journal is the opposite of theirs, or standing beside one.
func Misreversed(tx *store.Tx) *gorm.DB {
	const opposite = "(SELECT COUNT(*) FROM fee_changes r JOIN ledger_journals j ON j.id = r.journal_id AND j.reverses_id = c.journal_id " +
		"WHERE r.reverses_id = c.id AND r.kind = ? AND r.state = 'approved' AND r.estate_id = c.estate_id AND r.company_id = c.company_id AND r.way = c.way AND r.amount = c.amount AND r.cost = c.cost AND r.decided_by <> r.proposed_by)"
	const agreed = "(SELECT COUNT(*) FROM fee_changes r WHERE r.reverses_id = c.id AND r.kind = ? AND r.state = 'approved')"
	return tx.Table("fee_changes c").Select("c.id").Where("c.kind = ? AND c.state = ? AND (c.live IS NOT NULL OR "+opposite+" <> 1 OR "+agreed+" <> 1)", Settle, Reversed, Unsettle, Unsettle).
		Or("c.kind = ? AND c.state = 'approved' AND (c.live IS NULL OR "+agreed+" <> 0 OR EXISTS (SELECT 1 FROM ledger_journals j WHERE j.reverses_id = c.journal_id))", Settle, Unsettle).
		Or("c.kind = ? AND c.state = 'approved' AND NOT EXISTS (SELECT 1 FROM fee_changes x WHERE x.id = c.reverses_id AND x.kind = ? AND x.state = ?)", Unsettle, Settle, Reversed)
}

// Misrefunded are payments that are taken back as a whole without the one refund of all of it, agreed by two and booked as the opposite of
// the payment, and refunds so booked whose payment stands.
func Misrefunded(tx *store.Tx) *gorm.DB {
	const whole = "(SELECT COUNT(*) FROM fee_payments b JOIN fee_changes c ON c.id = b.change_id AND c.kind = ? AND c.state = 'approved' AND c.payment_id = p.id AND c.decided_by <> c.proposed_by AND c.journal_id = b.journal_id " +
		"JOIN ledger_journals j ON j.id = b.journal_id AND j.reverses_id IS NOT NULL AND j.source_kind = 'fee_payment' AND j.source_id = p.id " +
		"WHERE b.refunds_id = p.id AND b.kind = 'refund' AND b.state = 'posted' AND b.amount = -p.amount AND b.way = p.way AND b.estate_id = p.estate_id AND b.company_id = p.company_id)"
	return tx.Table("fee_payments p").Select("p.id").Where("p.state = 'reversed' AND (p.kind <> 'payment' OR "+whole+" <> 1 OR (SELECT COUNT(*) FROM fee_payments o WHERE o.refunds_id = p.id) <> 1)", Undo).
		Or("p.kind = 'refund' AND EXISTS (SELECT 1 FROM ledger_journals j WHERE j.id = p.journal_id AND j.reverses_id IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM fee_payments x WHERE x.id = p.refunds_id AND x.state = 'reversed')")
}

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
		return tx.Table("fee_changes").Select("estate_id, company_id, 0 AS unit_id, "+code+", CASE WHEN kind = ? THEN -1 ELSE 1 END * ("+amount+") AS amount", Unsettle).
			Where("kind = ? AND state IN ('approved', ?) OR kind = ? AND state = 'approved'", Settle, Reversed, Unsettle)
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
