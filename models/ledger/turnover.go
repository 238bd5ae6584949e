package ledger

import (
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// Turnover sums what was debited and credited on some codes between two days, both included, over all units; the zero from is the
// beginning. A reversal takes back what it reverses from the same side, so that a mistake put right counts on neither. With sources only
// journals of these kinds of source count.
func Turnover(tx *store.Tx, estate int64, books Books, codes []Code, sources []string, from, to calendar.Date) (debit, credit money.Fen, err error) {
	return TurnoverOf(tx, estate, books, codes, sources, 0, from, to)
}

// TurnoverOf is Turnover of one source of the kinds named, such as one project; 0 for all.
func TurnoverOf(tx *store.Tx, estate int64, books Books, codes []Code, sources []string, source int64, from, to calendar.Date) (debit, credit money.Fen, err error) {
	var row struct{ Debit, Credit money.Fen }
	q := of(tx, estate, books).Select(`COALESCE(SUM(CASE WHEN (j.reverses_id IS NULL) = (e.amount > 0) THEN e.amount ELSE 0 END), 0) AS debit,
		COALESCE(SUM(CASE WHEN (j.reverses_id IS NULL) = (e.amount < 0) THEN -e.amount ELSE 0 END), 0) AS credit`).
		Joins("JOIN ledger_entries e ON e.account_id = a.id").Joins("JOIN ledger_journals j ON j.id = e.journal_id").
		Where("a.code IN ? AND e.effective_on <= ?", codes, day(to))
	if !from.IsZero() {
		q = q.Where("e.effective_on >= ?", day(from))
	}
	if len(sources) > 0 {
		q = q.Where("j.source_kind IN ?", sources)
	}
	if source != 0 {
		q = q.Where("j.source_id = ?", source)
	}
	err = q.Scan(&row).Error
	return row.Debit, row.Credit, err
}
