package fund

import (
	"cmp"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// matcher pairs what the bank has with what the books have. Every line of either side is used once.
type matcher struct {
	bank  []BankLine
	books []ledger.StatementLine
	taken []int  // by bank line: the entry, -1 for none
	used  []bool // by entry
	found []Difference
}

// match pairs the two sides: by serial, day and amount; by day and amount; by serial with another day or amount; by amount with another
// day. What is left is double where its like was paired, else on one side only.
func match(bank []BankLine, books []ledger.StatementLine) *matcher {
	m := &matcher{bank: bank, books: books, taken: make([]int, len(bank)), used: make([]bool, len(books))}
	for i := range m.taken {
		m.taken[i] = -1
	}
	slices.SortStableFunc(m.books, func(a, b ledger.StatementLine) int {
		return cmp.Or(a.EffectiveOn.Compare(b.EffectiveOn), cmp.Compare(a.ID, b.ID))
	})
	m.cancel()
	same := func(b *BankLine, e *ledger.StatementLine) bool {
		return b.Amount == e.Amount && b.OnDay.Equal(e.EffectiveOn)
	}
	named := func(b *BankLine, e *ledger.StatementLine) bool {
		return b.Serial != "" && strings.HasSuffix(e.SourceText, " "+b.Serial)
	}
	m.pair("", func(b *BankLine, e *ledger.StatementLine) bool { return named(b, e) && same(b, e) })
	m.pair("", same)
	m.pair(DateDiffers, func(b *BankLine, e *ledger.StatementLine) bool { return named(b, e) && b.Amount == e.Amount })
	m.pair(AmountDiffers, named)
	m.pair(DateDiffers, func(b *BankLine, e *ledger.StatementLine) bool { return b.Amount == e.Amount && b.Serial == "" })
	m.leave()
	return m
}

// cancel takes out what was booked and reversed within the month: together it is nothing.
func (m *matcher) cancel() {
	at := map[int64]int{}
	for i, e := range m.books {
		at[e.JournalID] = i
	}
	for i, e := range m.books {
		if e.ReversesID == nil {
			continue
		}
		if j, ok := at[*e.ReversesID]; ok && m.books[j].Amount == -e.Amount {
			m.used[i], m.used[j] = true, true
		}
	}
}

// pair takes for each bank line that has none yet the first fitting entry. The groups keep it fast: entries are looked up by amount, or by
// the last word of their source.
func (m *matcher) pair(kind DifferenceKind, fits func(*BankLine, *ledger.StatementLine) bool) {
	byAmount, byWord := map[int64][]int{}, map[string][]int{}
	for i, e := range m.books {
		if m.used[i] {
			continue
		}
		byAmount[int64(e.Amount)] = append(byAmount[int64(e.Amount)], i)
		word := e.SourceText[strings.LastIndexByte(e.SourceText, ' ')+1:]
		byWord[word] = append(byWord[word], i)
	}
	for i := range m.bank {
		b := &m.bank[i]
		if m.taken[i] >= 0 {
			continue
		}
		near := byAmount[int64(b.Amount)]
		if kind == AmountDiffers {
			near = byWord[b.Serial]
		}
		for len(near) > 0 && m.used[near[0]] { // a month of equal amounts is not looked through again and again
			near = near[1:]
		}
		if kind == AmountDiffers {
			byWord[b.Serial] = near
		} else {
			byAmount[int64(b.Amount)] = near
		}
		for _, j := range near {
			if m.used[j] || !fits(b, &m.books[j]) {
				continue
			}
			m.taken[i], m.used[j] = j, true
			if kind != "" {
				m.differ(kind, b, &m.books[j])
			}
			break
		}
	}
}

// leave names what has no fellow on the other side.
func (m *matcher) leave() {
	type twin struct {
		amount int64
		on     calendar.Date
		serial string
	}
	banked, booked := map[twin]bool{}, map[twin]bool{}
	for i, j := range m.taken {
		if j >= 0 {
			banked[twin{int64(m.bank[i].Amount), dateOf(m.bank[i].OnDay), m.bank[i].Serial}] = true
			booked[twin{int64(m.books[j].Amount), dateOf(m.books[j].EffectiveOn), ""}] = true
		}
	}
	for i, j := range m.taken {
		if b := &m.bank[i]; j < 0 {
			kind := OnlyBank
			if b.Serial != "" && banked[twin{int64(b.Amount), dateOf(b.OnDay), b.Serial}] {
				kind = Doubled
			}
			m.differ(kind, b, nil)
		}
	}
	for j := range m.books {
		if e := &m.books[j]; !m.used[j] {
			kind := OnlyBooks
			if booked[twin{int64(e.Amount), dateOf(e.EffectiveOn), ""}] {
				kind = Doubled
			}
			m.differ(kind, nil, e)
		}
	}
}

func (m *matcher) differ(kind DifferenceKind, b *BankLine, e *ledger.StatementLine) {
	d := Difference{Kind: kind}
	if b != nil {
		on := b.OnDay
		d.BankLineID, d.BankFen, d.BankOn, d.Serial = b.ID, b.Amount, &on, b.Serial
	}
	if e != nil {
		on := e.EffectiveOn
		d.EntryID, d.BooksFen, d.BooksOn, d.Source = e.ID, e.Amount, &on, e.SourceText
	}
	m.found = append(m.found, d)
}

// compare holds the month against the books as they are now, and keeps the explanations of differences that are still the same.
func (m *BankMonth) compare(tx *store.Tx) error {
	var bank []BankLine
	if err := tx.Where("month_id = ?", m.ID).Order("id").Find(&bank).Error; err != nil {
		return err
	}
	books, closing, err := m.entries(tx)
	if err != nil {
		return err
	}
	got := match(bank, books)
	if err := m.opening(tx, got); err != nil {
		return err
	}
	var before []Difference
	if err := tx.Where("month_id = ?", m.ID).Find(&before).Error; err != nil {
		return err
	}
	for i := range got.found {
		d := &got.found[i]
		d.MonthID = m.ID
		for _, b := range before {
			if b.Kind == d.Kind && b.BankLineID == d.BankLineID && b.EntryID == d.EntryID && b.BankFen == d.BankFen && b.BooksFen == d.BooksFen {
				d.Explanation, d.ExplainedBy, d.ExplainedAt = b.Explanation, b.ExplainedBy, b.ExplainedAt
			}
		}
	}
	if err := tx.Where("month_id = ?", m.ID).Delete(&Difference{}).Error; err != nil {
		return err
	}
	if len(got.found) > 0 {
		if err := tx.CreateInBatches(got.found, 200).Error; err != nil {
			return err
		}
	}
	for i, j := range got.taken {
		entry := int64(0)
		if j >= 0 {
			entry = got.books[j].ID
		}
		if bank[i].EntryID != entry {
			if err := tx.Model(&BankLine{}).Where("id = ?", bank[i].ID).Update("entry_id", entry).Error; err != nil {
				return err
			}
		}
	}
	m.Books = closing
	return tx.Model(&BankMonth{}).Where("id = ?", m.ID).Update("books", closing).Error
}

// opening names by how much the first month that is reconciled begins otherwise than the books.
func (m *BankMonth) opening(tx *store.Tx, got *matcher) error {
	var earlier int64
	err := tx.Model(&BankMonth{}).Where("estate_id = ? AND state = 'closed' AND first_day < ?", m.EstateID, m.FirstDay).Count(&earlier).Error
	if err != nil || earlier > 0 {
		return err
	}
	all, err := ledger.Balances(tx, m.EstateID, ledger.Fund, []ledger.Code{ledger.FundBank}, nil, dateOf(m.FirstDay).Add(-1))
	if books := all[ledger.Key{Code: ledger.FundBank}]; err == nil && books != m.Opening {
		got.found = append(got.found, Difference{Kind: OpeningGap, BankFen: m.Opening, BooksFen: books})
	}
	return err
}
