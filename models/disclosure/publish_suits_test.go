package disclosure_test

import (
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// owing is something that the committee owes of a code.
func (w *stage) owing(code, slot string, event, after bool) int64 {
	w.t.Helper()
	d := w.owed(w.duty(w.Committee))
	w.tx(func(tx *store.Tx) error {
		if err := tx.Where("id = ?", d.ID).Delete(&disclosure.Duty{}).Error; err != nil {
			return err
		}
		d.ID, d.Code, d.Slot, d.Event, d.AfterEnd, d.Title = 0, code, slot, event, after, code
		return tx.Create(&d).Error
	})
	return d.ID
}

// TestAnAccountIsOfItsOwnBook: whether its period is over or runs, whether it comes again or follows an act, what is owed about money is fulfilled
// by two people with a figure of its own book and time, or by the act itself; an old balance, another book and typed text are no account.
func TestAnAccountIsOfItsOwnBook(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.books()
	w.local("disclosure.posting_days", "7")
	text := w.draft()
	for _, code := range []string{"fund-yearly", "fund-use", "charges", "fund-proposal", "income"} {
		text.Duties, text.ClientRef = []int64{w.owing(code, "of "+code, code == "fund-proposal", false)}, w.once()
		_, err := w.s.Publish(t.Context(), w.chair, text)
		refused(t, "typed text for "+code, err, disclosure.ErrDutyNotice)
	}
	attempt := func(what string, duty int64, change func(*disclosure.Draft), want error) {
		t.Helper()
		d := w.income()
		d.Kind, d.Duties = disclosure.Posting, []int64{duty}
		change(&d)
		p := w.save(w.chair, d)
		if err := w.s.SubmitDraft(t.Context(), w.chair, p.ID, p.Revision); err != nil {
			t.Fatal(what, err)
		}
		_, err := w.s.ConfirmDraft(t.Context(), w.member, p.ID, p.Revision)
		refused(t, what, err, want)
	}
	same := func(*disclosure.Draft) {}
	attempt("the fund's year out of the income book", w.owing("fund-yearly", "2026-01-01", false, false), same, disclosure.ErrDutyNotice)
	attempt("final accounts by hand", w.owing("fund-final", "project:7:final", true, false), same, disclosure.ErrDutyNotice)
	attempt("an audit by hand", w.owing("audit", "committee-audit-YS1", true, false), same, disclosure.ErrDutyNotice)
	attempt("an audit without a report", w.owing("audit", "第三方审计", true, false), same, disclosure.ErrDutyNotice)
	january := w.owing("income", "2026-01-01", false, true)
	attempt("a balance of the year before", january, func(d *disclosure.Draft) {
		d.Queries = []disclosure.Query{{Label: "年初", Book: string(ledger.Income), Codes: []string{string(ledger.IncomeBank)}, Measure: disclosure.Balance, To: on(1, 1).Add(-1)}}
	}, disclosure.ErrDutyNotice)
	attempt("since the year before", january, func(d *disclosure.Draft) { d.Queries = d.Queries[:1]; d.Queries[0].From = on(1, 1).Add(-300) }, disclosure.ErrDutyNotice)
	attempt("January's own", january, same, nil)
	attempt("another book's duty of the same statement", w.owing("company-finance-lump", "2026-01-01", false, true), same, disclosure.ErrDutyNotice)
}

// TestADecisionIsPublishedByItsAct: no text of somebody's own stands for a decision, unless the decision's own notice was taken off the board.
func TestADecisionIsPublishedByItsAct(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	d := w.owing("committee-decision", "committee-decision-7", true, false)
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&disclosure.Duty{}).Where("id = ?", d).Update("sphere", "affairs").Error
	})
	text := w.draft()
	text.Body, text.Contents = "三月一日会议决定更换三号楼的水泵，会议记录见附件，请各位业主查看。", []string{"决定", "会议记录"}
	text.Duties = []int64{d}
	_, err := w.s.Publish(t.Context(), w.chair, text)
	refused(t, "typed text for a decision", err, disclosure.ErrDutyNotice)
	var id int64
	w.tx(func(tx *store.Tx) error {
		own := w.draft()
		own.ClientRef = "committee-decision-7"
		n, err := w.s.PublishIn(tx, w.chair, own)
		if err == nil {
			id = n.ID
		}
		return err
	})
	if err := w.s.Withdraw(t.Context(), w.chair, id, "发错了"); err != nil {
		t.Fatal(err)
	}
	if err := w.s.ConfirmWithdrawal(t.Context(), w.member, id, true); err != nil {
		t.Fatal(err)
	}
	w.publish(text)
	if w.owed(d).NoticeID == 0 {
		t.Error("still owed")
	}
}
