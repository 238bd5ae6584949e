package ledger

import (
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// FindBook reads the books of an estate; one that nothing was posted to yet is empty and has no id.
func FindBook(tx *store.Tx, estate int64, books Books) (Book, error) {
	kind, holder := books.which()
	if err := whole(kind, holder); err != nil {
		return Book{}, err
	}
	b := Book{EstateID: estate, Kind: kind, HolderID: holder}
	err := tx.Where("estate_id = ? AND kind = ? AND holder_id = ?", estate, kind, holder).Take(&b).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = nil
	}
	return b, err
}

// Closed reads up to and with which day the books are closed; the zero date where they never were.
func (b *Book) Closed() calendar.Date {
	if b.ClosedThrough == nil {
		return calendar.Date{}
	}
	return dateOf(*b.ClosedThrough)
}

// Balances reads what stands on accounts at the end of a day, debit positive. Without units it reads the estate's own and the
// buildings' accounts; accounts that nothing was posted to are left out. At most 900 units.
func Balances(tx *store.Tx, estate int64, books Books, codes []Code, units []int64, on calendar.Date) (map[Key]money.Fen, error) {
	if len(units) == 0 {
		units = []int64{0}
	}
	var rows []struct {
		Key
		Amount money.Fen
	}
	err := of(tx, estate, books).Select("a.code, a.building_id, a.unit_id, SUM(e.amount) AS amount").Joins("JOIN ledger_entries e ON e.account_id = a.id").
		Where("a.code IN ? AND a.unit_id IN ? AND e.effective_on <= ?", codes, units, day(on)).Group("a.id, a.code, a.building_id, a.unit_id").Scan(&rows).Error
	all := make(map[Key]money.Fen, len(rows))
	for _, r := range rows {
		all[r.Key.own()] = r.Amount
	}
	return all, err
}

// of is the accounts of an estate's books.
func of(tx *store.Tx, estate int64, books Books) *gorm.DB {
	kind, holder := books.which()
	q := tx.Table("ledger_accounts a").Joins("JOIN ledger_books b ON b.id = a.book_id AND b.estate_id = ? AND b.kind = ? AND b.holder_id = ?", estate, kind, holder)
	_ = q.AddError(whole(kind, holder))
	return q
}

// ByBuilding sums the units' accounts of a code at the end of a day, debit positive, by building.
func ByBuilding(tx *store.Tx, estate int64, books Books, code Code, on calendar.Date) (map[int64]money.Fen, error) {
	var rows []struct {
		BuildingID int64
		Amount     money.Fen
	}
	err := of(tx, estate, books).Select("a.building_id, SUM(e.amount) AS amount").Joins("JOIN ledger_entries e ON e.account_id = a.id").
		Where("a.code = ? AND e.effective_on <= ?", code, day(on)).Group("a.building_id").Scan(&rows).Error
	all := make(map[int64]money.Fen, len(rows))
	for _, r := range rows {
		all[r.BuildingID] = r.Amount
	}
	return all, err
}

// Row is a line of a trial balance: what stood before, what was debited and credited within, what stands after. Debit is positive.
type Row struct {
	Code                           Code
	Opening, Debit, Credit, Ending money.Fen
}

// Trial is the trial balance of a period, both days included, in the order of the codes. The four columns' openings and endings sum to
// zero, and debits equal credits.
func Trial(tx *store.Tx, estate int64, books Books, from, to calendar.Date) ([]Row, error) {
	var rows []Row
	err := of(tx, estate, books).Select(`a.code, SUM(CASE WHEN e.effective_on < ? THEN e.amount ELSE 0 END) AS opening,
		SUM(CASE WHEN e.effective_on >= ? AND e.amount > 0 THEN e.amount ELSE 0 END) AS debit,
		SUM(CASE WHEN e.effective_on >= ? AND e.amount < 0 THEN -e.amount ELSE 0 END) AS credit`, day(from), day(from), day(from)).
		Joins("JOIN ledger_entries e ON e.account_id = a.id").Where("e.effective_on <= ?", day(to)).Group("a.code").Order("a.code").Scan(&rows).Error
	for i := range rows {
		rows[i].Ending = rows[i].Opening + rows[i].Debit - rows[i].Credit
	}
	return rows, err
}

// StatementLine is an entry of one account with its journal.
type StatementLine struct {
	ID          int64 // of the entry
	JournalID   int64
	No          int64
	EffectiveOn time.Time
	BookedAt    time.Time
	Amount      money.Fen
	Balance     money.Fen // after it, in the order of days and entries
	Memo        string    // the line's, or else the journal's
	SourceKind  string
	SourceID    int64
	SourceText  string
	ReversesID  *int64
}

// StatementPage is where a page of a statement begins: after this entry, newest first. The zero value is the beginning.
type StatementPage struct {
	EffectiveOn time.Time
	ID          int64
}

// Statement reads the entries of one account, newest first, at most limit of them, each with the balance after it.
func Statement(tx *store.Tx, estate int64, books Books, key Key, after StatementPage, limit int) ([]StatementLine, error) {
	var ids []int64
	q := of(tx, estate, books).Where("a.code = ? AND a.unit_id = ?", key.Code, key.UnitID)
	if key.UnitID == 0 {
		q = q.Where("a.building_id = ?", key.BuildingID)
	}
	if err := q.Limit(1).Pluck("a.id", &ids).Error; err != nil || len(ids) == 0 {
		return nil, err
	}
	page := tx.Table("ledger_entries e").Select(`e.id, e.journal_id, j.no, e.effective_on, j.booked_at, e.amount, CASE WHEN e.memo <> '' THEN e.memo ELSE j.memo END AS memo,
		j.source_kind, j.source_id, j.source_text, j.reverses_id`).Joins("JOIN ledger_journals j ON j.id = e.journal_id").Where("e.account_id = ?", ids[0])
	if after.ID != 0 {
		page = page.Where("e.effective_on <= ? AND (e.effective_on < ? OR e.id < ?)", after.EffectiveOn, after.EffectiveOn, after.ID)
	}
	var lines []StatementLine
	if err := page.Order("e.effective_on DESC, e.id DESC").Limit(limit).Scan(&lines).Error; err != nil || len(lines) == 0 {
		return nil, err
	}
	first := lines[0]
	var balance money.Fen
	err := tx.Model(&Entry{}).Select("COALESCE(SUM(amount), 0)").Where("account_id = ? AND effective_on <= ? AND (effective_on < ? OR id <= ?)", ids[0], first.EffectiveOn, first.EffectiveOn, first.ID).Scan(&balance).Error
	for i := range lines {
		lines[i].Balance = balance
		balance -= lines[i].Amount
	}
	return lines, err
}

// View is a journal with its lines, as a voucher shows it.
type View struct {
	Journal
	Lines []Line
}

// FindJournal reads one journal of an estate. Faults: ErrNoJournal.
func FindJournal(tx *store.Tx, estate int64, books Books, no int64) (*View, error) {
	list, err := ListJournals(tx, estate, books, Range{}, no-1, 1)
	if err == nil && (len(list) == 0 || list[0].No != no) {
		err = ErrNoJournal
	}
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// FindRef finds the journal that was posted under a ref; nil where there is none.
func FindRef(tx *store.Tx, estate int64, books Books, ref string) (*Journal, error) {
	b, err := FindBook(tx, estate, books)
	if err != nil {
		return nil, err
	}
	var had []Journal
	if err := tx.Where("book_id = ? AND ref = ?", b.ID, ref).Limit(1).Find(&had).Error; err != nil || len(had) == 0 {
		return nil, err
	}
	return &had[0], nil
}

// Range is days, both included; a zero day is no bound.
type Range struct{ From, To calendar.Date }

func (r Range) on(q *gorm.DB, column string) *gorm.DB {
	if !r.From.IsZero() {
		q = q.Where(column+" >= ?", day(r.From))
	}
	if !r.To.IsZero() {
		q = q.Where(column+" <= ?", day(r.To))
	}
	return q
}

// ListJournals reads journals with their lines that are effective in a range, in the order of their numbers, after one, at most limit of
// them.
func ListJournals(tx *store.Tx, estate int64, books Books, in Range, after int64, limit int) ([]View, error) {
	b, err := FindBook(tx, estate, books)
	if err != nil {
		return nil, err
	}
	var list []Journal
	if err := in.on(tx.Where("book_id = ? AND no > ?", b.ID, after), "effective_on").Order("no").Limit(limit).Find(&list).Error; err != nil || len(list) == 0 {
		return nil, err
	}
	views, at := make([]View, len(list)), make(map[int64]int, len(list))
	ids := make([]int64, len(list))
	for i, j := range list {
		views[i].Journal, at[j.ID], ids[i] = j, i, j.ID
	}
	for part := range slices.Chunk(ids, 900) {
		var rows []struct {
			JournalID int64
			Line
		}
		err := tx.Table("ledger_entries e").Select("e.journal_id, a.code, a.building_id, a.unit_id, e.amount, e.memo").Joins("JOIN ledger_accounts a ON a.id = e.account_id").
			Where("e.journal_id IN ?", part).Order("e.journal_id, e.id").Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			views[at[r.JournalID]].Lines = append(views[at[r.JournalID]].Lines, r.Line)
		}
	}
	return views, nil
}
