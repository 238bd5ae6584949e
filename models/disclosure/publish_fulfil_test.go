package disclosure_test

import (
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// duty is something that an organisation of the estate owes for January.
func (w *stage) duty(o org.Organisation) int64 {
	w.t.Helper()
	d := disclosure.Duty{EstateID: w.Estate.ID, Code: "committee-finance", Slot: "2026-01-01", AfterEnd: true, Title: "业委会收支", Sphere: "finance", OrganisationID: o.ID}
	w.tx(func(tx *store.Tx) error {
		from, to, due := on(1, 1).Start().UTC().Add(day/2), on(1, 31).Start().UTC().Add(day/2), on(2, 28).Start().UTC().Add(day/2)
		d.FromOn, d.ToOn, d.DueOn, d.CreatedAt = org.DayOf(from), ptr(org.DayOf(to)), ptr(org.DayOf(due)), tx.Now
		return tx.Create(&d).Error
	})
	return d.ID
}

func ptr[T any](v T) *T { return &v }

func (w *stage) owed(id int64) (d disclosure.Duty) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error { return tx.Where("id = ?", id).Take(&d).Error })
	return d
}

// TestPublishingFulfilsWhatIsOwed: a statement that names a duty ends it in the same commit, late or not, and hangs where the duty says; an
// account is not made of typed text, somebody else's duty is not there, and a withdrawn statement leaves the duty owed.
func TestPublishingFulfilsWhatIsOwed(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.books()
	w.local("disclosure.posting_days", "7")
	mine, other := w.duty(w.Committee), int64(0)
	w.tx(func(tx *store.Tx) error {
		var d disclosure.Duty
		if err := tx.Where("id = ?", mine).Take(&d).Error; err != nil {
			return err
		}
		d.ID, d.OrganisationID, d.Slot = 0, w.Company.ID, "2025-12-01"
		err := tx.Create(&d).Error
		other = d.ID
		return err
	})
	typed := w.draft()
	typed.Duties = []int64{mine}
	_, err := w.s.Publish(ctx, w.chair, typed)
	refused(t, "typed text for an account", err, disclosure.ErrDutyNotice)
	d := w.income()
	d.Kind, d.Duties = disclosure.Posting, []int64{mine, other}
	p := w.save(w.chair, d)
	if err := w.s.SubmitDraft(ctx, w.chair, p.ID, p.Revision); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.ConfirmDraft(ctx, w.member, p.ID, p.Revision)
	refused(t, "the company's duty", err, disclosure.ErrDutyNotFound)
	if w.owed(mine).DoneAt != nil {
		t.Error("a refused statement fulfilled a duty")
	}
	d = w.income()
	d.Kind, d.Duties = disclosure.Posting, []int64{mine}
	id := w.confirmed(d)
	if got := w.owed(mine); got.NoticeID != id || got.DaysLate != 2 || got.DoneAt == nil {
		t.Errorf("%+v", got)
	}
	_, err = w.through(id)
	refused(t, "the duty's clause names the places", err, disclosure.ErrNotHung)
	if !w.walls(id)["小区公示栏"].Required {
		t.Error("the duty asks for the board")
	}
	if err := w.s.Withdraw(ctx, w.chair, id, "统计口径错了"); err != nil {
		t.Fatal(err)
	}
	if got := w.owed(mine); got.DoneAt == nil || w.find(id).WithdrawnAt != nil {
		t.Errorf("one person has taken a statement off the board: %+v", got)
	}
	refused(t, "confirmed by who asked", w.s.ConfirmWithdrawal(ctx, w.chair, id, true), disclosure.ErrSamePerson)
	refused(t, "the company looks at what is not its own", w.s.ConfirmWithdrawal(ctx, w.company, id, true), disclosure.ErrNotFound)
	if err := w.s.ConfirmWithdrawal(ctx, w.community, id, false); err != nil || w.find(id).WithdrawnAt != nil {
		t.Fatal(err)
	}
	refused(t, "what nobody wants off any more", w.s.ConfirmWithdrawal(ctx, w.member, id, true), disclosure.ErrNoWithdrawal)
	if err := w.s.Withdraw(ctx, w.chair, id, "统计口径错了"); err != nil {
		t.Fatal(err)
	}
	if err := w.s.ConfirmWithdrawal(ctx, w.member, id, true); err != nil {
		t.Fatal(err)
	}
	if got := w.owed(mine); got.NoticeID != 0 || got.DoneAt != nil || w.find(id).WithdrawReason != "统计口径错了" {
		t.Errorf("withdrawn, and still %+v", got)
	}
}
