package fund

import (
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// stood refuses a year whose books are open, or whose months were not all held against the bank's statement and closed: books are closed for an
// audit too, which says nothing of the bank. Whoever keeps the account uploads the statements, the bureau as the committee (Order 165 art. 30).
// Fault: ErrYearOpen.
func stood(tx *store.Tx, estate int64, year int) error {
	from, to := span(year)
	b, err := ledger.FindBook(tx, estate, ledger.Fund)
	if err != nil {
		return err
	}
	if b.Closed().Before(to) {
		return ErrYearOpen
	}
	first, err := firstMonth(tx, estate)
	if err != nil || first.IsZero() {
		return err // nothing ever came to the bank
	}
	if first.Before(from) {
		first = from
	}
	var had []time.Time
	err = tx.Model(&BankMonth{}).Where("estate_id = ? AND state = 'closed' AND first_day BETWEEN ? AND ?", estate, dayOf(from), dayOf(to)).Limit(24).Pluck("first_day", &had).Error
	if err != nil {
		return err
	}
	done := map[time.Month]bool{}
	for _, day := range had {
		done[day.Month()] = true
	}
	var missing []string
	for m := first.Month; first.Year == year && m <= time.December; m++ {
		if !done[m] {
			missing = append(missing, fmt.Sprintf("%d月", m))
		}
	}
	if len(missing) > 0 {
		return ErrYearOpen.Saying(fmt.Sprintf("%d年%s还没有和专户银行对账并结账，这一年的数不能公布；请管理专户的单位上传这些月份的银行对账单，对平后由另一个人结账", year, strings.Join(missing, "、")))
	}
	return nil
}

// firstMonth is the first day of the month in which something came to the special account, of an opening balance that of the day after; zero
// where nothing did.
func firstMonth(tx *store.Tx, estate int64) (calendar.Date, error) {
	var rows []struct {
		EffectiveOn time.Time
		SourceKind  string
	}
	err := tx.Table("ledger_accounts a").Select("e.effective_on, j.source_kind").Joins("JOIN ledger_books b ON b.id = a.book_id AND b.estate_id = ? AND b.kind = ?", estate, ledger.Fund).
		Joins("JOIN ledger_entries e ON e.account_id = a.id").Joins("JOIN ledger_journals j ON j.id = e.journal_id").Where("a.code = ?", ledger.FundBank).Order("e.effective_on, e.id").Limit(1).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return calendar.Date{}, err
	}
	day := dateOf(rows[0].EffectiveOn)
	if rows[0].SourceKind == "fund_import" {
		day = day.Add(1)
	}
	day.Day = 1
	return day, nil
}
