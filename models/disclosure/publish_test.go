package disclosure_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestMoneyTakesASecondPerson: a statement about money is published by another human than who wrote, changed or submitted it, on the very
// draft that was read, once.
func TestMoneyTakesASecondPerson(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.books()
	d := w.income()
	_, err := w.s.Publish(ctx, w.chair, d)
	refused(t, "published alone", err, disclosure.ErrSecondPerson)
	p := w.save(w.chair, d)
	if again := w.save(w.chair, d); again.ID != p.ID {
		t.Error("a second tap made a second draft")
	}
	_, err = w.s.ConfirmDraft(ctx, w.member, p.ID, p.Revision)
	refused(t, "not submitted", err, disclosure.ErrDraftState)
	if err := w.s.SubmitDraft(ctx, w.chair, p.ID, p.Revision); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.ConfirmDraft(ctx, w.chair, p.ID, p.Revision)
	refused(t, "by the writer", err, disclosure.ErrSamePerson)
	_, err = w.s.ConfirmDraft(ctx, w.company, p.ID, p.Revision)
	refused(t, "by the company, whose it is not", err, disclosure.ErrNoDraft)
	refused(t, "edited while it is looked at", w.s.EditDraft(ctx, w.chair, p.ID, p.Revision, d, ""), disclosure.ErrDraftState)
	if err := w.s.ReturnDraft(ctx, w.member, p.ID, p.Revision, "请把停车的收入单列"); err != nil {
		t.Fatal(err)
	}
	d.Body = "改过的说明"
	if err := w.s.EditDraft(ctx, w.member, p.ID, p.Revision, d, ""); err != nil {
		t.Fatal(err)
	}
	if err := w.s.SubmitDraft(ctx, w.chair, p.ID, p.Revision+1); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.ConfirmDraft(ctx, w.community, p.ID, p.Revision)
	refused(t, "what was read before it changed", err, disclosure.ErrDraftRead)
	_, err = w.s.ConfirmDraft(ctx, w.member, p.ID, p.Revision+1)
	refused(t, "by who changed it", err, disclosure.ErrSamePerson)
	id, err := w.s.ConfirmDraft(ctx, w.community, p.ID, p.Revision+1)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.s.ConfirmDraft(ctx, w.community, p.ID, p.Revision+1); err != nil || again != id {
		t.Errorf("a second tap: %d %v", again, err)
	}
	v := w.find(id)
	if v.OrganisationID != w.Committee.ID || v.Current().PersonID != w.member.PersonID || v.Current().ConfirmedBy != w.community.PersonID || v.Body != d.Body || len(v.Current().Figures) != 4 {
		t.Errorf("%+v", v)
	}
	refused(t, "revised alone", w.s.Revise(ctx, w.chair, id, disclosure.Revision{Title: d.Title, Body: "改", Reason: "改"}), disclosure.ErrSecondPerson)
}

// TestAStatementIsRevisedByTwo: a new version of a statement goes the same way, with its own figures, and says which changed.
func TestAStatementIsRevisedByTwo(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.books()
	d := w.income()
	d.FileIDs = []int64{w.upload(w.chair, file.Notice)}
	id := w.confirmed(d)
	next := w.income()
	next.FileIDs = append(d.FileIDs, w.upload(w.chair, file.Notice))
	next.Queries = slices.Delete(next.Queries, 1, 2)
	next.Queries[1].To = on(1, 24)
	_, err := w.s.SaveDraft(ctx, w.chair, next, id, "")
	refused(t, "without a reason", err, fault.ErrInvalid)
	p, err := w.s.SaveDraft(ctx, w.chair, next, id, "支出统计的日期写错了")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.SubmitDraft(ctx, w.chair, p.ID, 1); err != nil {
		t.Fatal(err)
	}
	if got, err := w.s.ConfirmDraft(ctx, w.member, p.ID, 1); err != nil || got != id {
		t.Fatal(got, err)
	}
	v := w.find(id)
	kinds := map[string]string{}
	for _, c := range v.Current().Changes {
		kinds[c.Field] = c.Kind
	}
	if v.CurrentVersion != 2 || kinds["金额：其中停车"] != "removed" || kinds["金额：一月支出"] != "changed" || kinds["金额：一月收入"] != "" || len(v.FileIDs) != 2 {
		t.Errorf("%v %v", kinds, v.FileIDs)
	}
	if _, err := w.s.Verify(ctx); err != nil {
		t.Error(err)
	}
}

// TestTwentyConfirmOnce: however many confirm at the same moment, one notice comes of a draft.
func TestTwentyConfirmOnce(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.books()
	p := w.save(w.chair, w.income())
	if err := w.s.SubmitDraft(t.Context(), w.chair, p.ID, p.Revision); err != nil {
		t.Fatal(err)
	}
	people := make([]org.Actor, 20)
	for i := range people {
		people[i] = w.Officer(w.Committee, org.Member)
	}
	done := make([]error, len(people))
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() { _, done[i] = w.s.ConfirmDraft(t.Context(), people[i], p.ID, p.Revision) })
	}
	wg.Wait()
	won := 0
	for _, err := range done {
		if err == nil {
			won++
		} else if !errors.Is(err, disclosure.ErrDraftState) {
			t.Error(err)
		}
	}
	var n int64
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&disclosure.Notice{}).Where("estate_id = ?", w.Estate.ID).Count(&n).Error
	})
	if won != 1 || n != 1 {
		t.Errorf("%d confirmed, %d notices", won, n)
	}
}
