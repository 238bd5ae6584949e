package disclosure_test

import (
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
)

// TestFiguresComeFromClosedBooks: what a statement says is what the books say of a closed period, mistakes put right left out, and nobody
// can type a sum.
func TestFiguresComeFromClosedBooks(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	p := w.save(w.chair, w.income())
	refused(t, "no books yet", w.s.SubmitDraft(ctx, w.chair, p.ID, p.Revision), disclosure.ErrNotClosed)
	if v, err := w.s.FindDraft(ctx, w.member, p.ID); err != nil || v.Why == "" || len(v.Asked) != 4 {
		t.Errorf("%+v %v", v, err)
	}
	w.books()
	open := w.income()
	open.Queries[3].To = on(2, 1)
	q := w.save(w.chair, open)
	refused(t, "a day that is open", w.s.SubmitDraft(ctx, w.chair, q.ID, q.Revision), disclosure.ErrNotClosed)
	v := w.find(w.confirmed(w.income()))
	want := map[string]string{"一月收入": "1734.56", "其中停车": "500.00", "一月支出": "200.00", "一月底结余": "1534.56"}
	for _, f := range v.Current().Figures {
		if f.Fen.String() != want[f.Label] || f.JournalNo != 6 {
			t.Errorf("%s %s after journal %d, want %s", f.Label, f.Fen, f.JournalNo, want[f.Label])
		}
	}
	for _, text := range []string{"共1734.56元", "收入 ¥1734", "约１７００元", "花了两百元", "结余3万", "结余300圆", "人民币：1734.56", "RMB 1734"} {
		d := w.income()
		d.Body = text
		_, err := w.s.SaveDraft(ctx, w.chair, d, 0, "")
		refused(t, text, err, disclosure.ErrTyped)
	}
	d := w.income()
	d.Body = "2026年1月，3部电梯、12个车位"
	w.save(w.chair, d)
}

// TestQueriesThatMeanNothing: accounts of another book, accounts that grow on different sides in one sum, a turnover without days.
func TestQueriesThatMeanNothing(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	for what, change := range map[string]func(*disclosure.Draft){
		"another book": func(d *disclosure.Draft) { d.Queries[0].Codes = []string{string(ledger.FundUnit)} },
		"two sides": func(d *disclosure.Draft) {
			d.Queries[0].Codes = []string{string(ledger.IncomeRevenue), string(ledger.IncomeCost)}
		},
		"no book":                     func(d *disclosure.Draft) { d.Queries[0].Book = "cash" },
		"no days":                     func(d *disclosure.Draft) { d.Queries[0].From = d.Queries[3].From },
		"backwards":                   func(d *disclosure.Draft) { d.Queries[0].To = on(1, 1); d.Queries[0].From = on(1, 2) },
		"one name twice":              func(d *disclosure.Draft) { d.Queries[1].Label = d.Queries[0].Label },
		"no figure at all":            func(d *disclosure.Draft) { d.Queries = nil },
		"in a plain text":             func(d *disclosure.Draft) { d.Form = disclosure.FreeText },
		"an audit without its report": func(d *disclosure.Draft) { d.Form = disclosure.AuditForm },
	} {
		d := w.income()
		change(&d)
		_, err := w.s.SaveDraft(t.Context(), w.chair, d, 0, "")
		refused(t, what, err, fault.ErrInvalid)
	}
}
