package ledger

import (
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// Move is what an account's entries of one day come to, debit positive.
type Move struct {
	Key
	On     calendar.Date
	Amount money.Fen
}

// Moves reads what was entered on units' accounts in a period, both days included, one sum for each account and day. At most 900 units.
func Moves(tx *store.Tx, estate int64, books Books, codes []Code, units []int64, from, to calendar.Date) ([]Move, error) {
	var rows []struct {
		Key
		EffectiveOn time.Time
		Amount      money.Fen
	}
	err := of(tx, estate, books).Select("a.code, a.building_id, a.unit_id, e.effective_on, SUM(e.amount) AS amount").Joins("JOIN ledger_entries e ON e.account_id = a.id").
		Where("a.code IN ? AND a.unit_id IN ? AND e.effective_on >= ? AND e.effective_on <= ?", codes, append([]int64{-1}, units...), day(from), day(to)).
		Group("a.id, a.code, a.building_id, a.unit_id, e.effective_on").Scan(&rows).Error
	list := make([]Move, len(rows))
	for i, r := range rows {
		list[i] = Move{Key: r.Key.own(), On: dateOf(r.EffectiveOn), Amount: r.Amount}
	}
	return list, err
}

// LastEntry is the newest entry on accounts of some codes that counts up to and with a day; 0 where there is none. Whoever has worked
// something out of the books asks it again before it is used.
func LastEntry(tx *store.Tx, estate int64, books Books, codes []Code, on calendar.Date) (int64, error) {
	var last int64
	err := of(tx, estate, books).Select("COALESCE(MAX(e.id), 0)").Joins("JOIN ledger_entries e ON e.account_id = a.id").
		Where("a.code IN ? AND e.effective_on <= ?", codes, day(on)).Scan(&last).Error
	return last, err
}

// Sum is what the entries of a period come to on the accounts of a code, by the source of their journals. Reversals go with what they
// reverse.
type Sum struct {
	Code       Code
	UnitID     int64 // of UnitSums
	SourceKind string
	SourceID   int64     // of Sums
	Amount     money.Fen // debit positive
}

// Sums reads a period by the sources of its journals, both days included, over all accounts of some codes.
func Sums(tx *store.Tx, estate int64, books Books, codes []Code, from, to calendar.Date) (sums []Sum, err error) {
	err = of(tx, estate, books).Select("a.code, j.source_kind, j.source_id, SUM(e.amount) AS amount").Joins("JOIN ledger_entries e ON e.account_id = a.id").Joins("JOIN ledger_journals j ON j.id = e.journal_id").
		Where("a.code IN ? AND e.effective_on >= ? AND e.effective_on <= ?", codes, day(from), day(to)).
		Group("a.code, j.source_kind, j.source_id").Order("j.source_kind, j.source_id, a.code").Scan(&sums).Error
	return sums, err
}

// UnitSums reads a period by units and the kinds of the sources, both days included. At most 900 units.
func UnitSums(tx *store.Tx, estate int64, books Books, codes []Code, units []int64, from, to calendar.Date) (sums []Sum, err error) {
	err = of(tx, estate, books).Select("a.code, a.unit_id, j.source_kind, SUM(e.amount) AS amount").Joins("JOIN ledger_entries e ON e.account_id = a.id").Joins("JOIN ledger_journals j ON j.id = e.journal_id").
		Where("a.code IN ? AND a.unit_id IN ? AND e.effective_on >= ? AND e.effective_on <= ?", codes, append([]int64{-1}, units...), day(from), day(to)).
		Group("a.code, a.unit_id, j.source_kind").Scan(&sums).Error
	return sums, err
}

// SourceTexts gives the words of the first journal of each of some sources of a kind. At most 900 of them.
func SourceTexts(tx *store.Tx, estate int64, books Books, source string, ids []int64) (map[int64]string, error) {
	b, err := FindBook(tx, estate, books)
	if err != nil {
		return nil, err
	}
	var rows []Journal
	err = tx.Select("source_id", "source_text").Where("source_kind = ? AND source_id IN ? AND book_id = ?", source, append([]int64{-1}, ids...), b.ID).Order("id DESC").Find(&rows).Error
	texts := make(map[int64]string, len(ids))
	for _, r := range rows {
		texts[r.SourceID] = r.SourceText
	}
	return texts, err
}

// UnitsWith pages through the units that have accounts of some codes, in their order, after one.
func UnitsWith(tx *store.Tx, estate int64, books Books, codes []Code, after int64, limit int) (units []int64, err error) {
	err = of(tx, estate, books).Distinct("a.unit_id").Where("a.code IN ? AND a.unit_id > ?", codes, after).Order("a.unit_id").Limit(limit).Pluck("a.unit_id", &units).Error
	return units, err
}
