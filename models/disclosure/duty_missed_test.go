package disclosure_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// fundYear is what the committee owes of a year of the fund, until its last day.
func (w *stage) fundYear(year int) int64 {
	w.t.Helper()
	at := func(m time.Month, d int) calendar.Date { return calendar.Date{Year: year, Month: m, Day: d} }
	x := disclosure.Duty{EstateID: w.Estate.ID, Code: "fund-yearly", Slot: at(1, 1).String(), Title: "维修资金年度收支和分户账", Sphere: "finance", OrganisationID: w.Committee.ID}
	w.tx(func(tx *store.Tx) error {
		from, to := org.DayOf(at(1, 1).Start().Add(day/2)), org.DayOf(at(12, 31).Start().Add(day/2))
		x.FromOn, x.ToOn, x.DueOn, x.CreatedAt = from, &to, &to, tx.Now
		return tx.Create(&x).Error
	})
	return x.ID
}

// account gives the account of a year of the fund.
func (w *stage) account(year int, duties ...int64) disclosure.Draft {
	d := w.draft()
	d.Form, d.Title, d.Body, d.Duties = disclosure.FundState, "维修资金收支公布", "账已和专户银行核对。", duties
	d.Contents = []string{"交存、使用、增值收益和结存的总额", "发生列支的项目、费用和分摊情况", "分户账中交存、使用、增值收益和结存的金额（各户看自己的）", "其他有关情况"}
	from, to := calendar.Date{Year: year, Month: 1, Day: 1}, calendar.Date{Year: year, Month: 12, Day: 31}
	bank := []string{string(ledger.FundBank)}
	d.Queries = []disclosure.Query{{Label: "年初余额", Book: string(ledger.Fund), Codes: bank, Measure: disclosure.Balance, To: from.Add(-1)},
		{Label: "交存", Book: string(ledger.Fund), Codes: bank, Measure: disclosure.Received, From: from, To: to}, {Label: "年末余额", Book: string(ledger.Fund), Codes: bank, Measure: disclosure.Balance, To: to}}
	return d
}

// TestAMissedYearIsPublishedLate: the account of a year that nobody published in time fulfils that year's duty, whichever of the two is named or
// none, with the days that it is late, and leaves this year's open; when nothing was missed last year's account is this year's publication.
func TestAMissedYearIsPublishedLate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what  string
		names func(missed, current int64) []int64
	}{
		{"named", func(missed, _ int64) []int64 { return []int64{missed} }},
		{"by itself", func(int64, int64) []int64 { return nil }},
		{"in the name of this year", func(_, current int64) []int64 { return []int64{current} }},
		{"in the name of both", func(missed, current int64) []int64 { return []int64{missed, current} }},
	} {
		w := newStage(t) // 2026-03-02
		w.local("disclosure.posting_days", "7")
		w.tx(func(tx *store.Tx) error {
			return ledger.Close(tx, w.chair, w.Estate.ID, ledger.Fund, calendar.Date{Year: 2026, Month: 2, Day: 28})
		})
		missed, current := w.fundYear(2025), w.fundYear(2026)
		id := w.confirmed(w.account(2025, c.names(missed, current)...))
		if got := w.owed(missed); got.NoticeID != id || got.DaysLate != 61 || got.LateAt == nil || got.LateOrganisationID != w.Committee.ID {
			t.Errorf("%s: %+v", c.what, got)
		}
		if got := w.owed(current); got.DoneAt != nil {
			t.Errorf("%s: 2025 fulfilled %+v", c.what, got)
		}
	}
}

// TestWhatTellsOfTheMissedYear: part of a year, one of its balances, this year's figures beside it, and what is for some homes alone are no account
// of the year that was missed; the office that names a notice afterwards is told which duty it is for.
func TestWhatTellsOfTheMissedYear(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.local("disclosure.posting_days", "7")
	w.tx(func(tx *store.Tx) error {
		return ledger.Close(tx, w.chair, w.Estate.ID, ledger.Fund, calendar.Date{Year: 2026, Month: 2, Day: 28})
	})
	missed, current := w.fundYear(2025), w.fundYear(2026)
	for what, change := range map[string]func(*disclosure.Draft){
		"half of the year": func(d *disclosure.Draft) { d.Queries[1].From = calendar.Date{Year: 2025, Month: 7, Day: 1} },
		"a balance":        func(d *disclosure.Draft) { d.Queries = d.Queries[2:] },
		"with this year":   func(d *disclosure.Draft) { d.Queries[2].To = on(2, 28) },
		"an announcement":  func(d *disclosure.Draft) { d.Kind = disclosure.Announcement },
		"some homes":       func(d *disclosure.Draft) { d.Scope.Units = []int64{w.Units[0].ID} },
	} {
		d := w.account(2025)
		change(&d)
		w.confirmed(d)
		if w.owed(missed).DoneAt != nil || w.owed(current).DoneAt != nil {
			t.Fatal(what)
		}
	}
	silent := w.account(2025)
	silent.Contents = nil
	if w.confirmed(silent); w.owed(missed).DoneAt != nil {
		t.Error("an account that does not say what the law asks for ended the duty by itself")
	}
	d := w.account(2025)
	d.Queries = d.Queries[2:]
	n := w.confirmed(d)
	err := w.s.FulfilBy(t.Context(), w.chair, current, n)
	refused(t, "the missed year's balance for this year", err, disclosure.ErrDutyNotice)
	if err == nil || !strings.Contains(err.Error(), "请用它来公开2025年的那一项") {
		t.Error(err)
	}
	d = w.account(2025, current)
	d.Queries = d.Queries[2:]
	if id := w.confirmed(d); w.owed(missed).NoticeID != id || w.owed(current).DoneAt != nil {
		t.Error("a balance of the missed year that was named for this one")
	}
	again := w.account(2025, current) // nothing is missed any more: this year's publication tells of the year before
	if id := w.confirmed(again); w.owed(current).NoticeID != id {
		t.Error("this year's is still open")
	}
}

// TestTheYearThatADraftIsFor: what the system drafts of a year is for that year's duty while it is open, else for the one that runs.
func TestTheYearThatADraftIsFor(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	missed, current := w.fundYear(2025), w.fundYear(2026)
	is := func(year int, want int64) {
		t.Helper()
		w.tx(func(tx *store.Tx) error {
			d, err := w.s.OpenDutyOf(tx, w.Estate.ID, "fund-yearly", year)
			if err != nil || d == nil || d.ID != want {
				t.Errorf("%+v %v", d, err)
			}
			return nil
		})
	}
	is(2025, missed)
	w.tx(func(tx *store.Tx) error { return w.s.Fulfil(tx, w.Estate.ID, missed, 1, on(1, 20)) })
	is(2025, current)
}
