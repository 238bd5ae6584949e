package disclosure_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// TestADraftDoesNotUndoAVersion: a draft that was written on the version before is neither confirmed nor edited over a newer one.
func TestADraftDoesNotUndoAVersion(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.books()
	id := w.confirmed(w.income())
	next := func(body string) *disclosure.Prepared {
		d := w.income()
		d.Body = body
		p, err := w.s.SaveDraft(ctx, w.chair, d, id, "改说明")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.s.SubmitDraft(ctx, w.chair, p.ID, p.Revision); err != nil {
			t.Fatal(err)
		}
		return p
	}
	old := next("旧的说明")
	w.clock.Advance(time.Minute)
	fresh := next("新的说明")
	w.clock.Advance(time.Minute)
	if _, err := w.s.ConfirmDraft(ctx, w.member, fresh.ID, fresh.Revision); err != nil {
		t.Fatal(err)
	}
	_, err := w.s.ConfirmDraft(ctx, w.member, old.ID, old.Revision)
	refused(t, "a draft on the version before", err, disclosure.ErrOutdated)
	if v := w.find(id); v.CurrentVersion != 2 || v.Body != "新的说明" {
		t.Errorf("version %d says %s", v.CurrentVersion, v.Body)
	}
	if err := w.s.ReturnDraft(ctx, w.member, old.ID, old.Revision, "已有新版本"); err != nil {
		t.Fatal(err)
	}
	refused(t, "edited instead", w.s.EditDraft(ctx, w.chair, old.ID, old.Revision, w.income(), "改说明"), disclosure.ErrOutdated)
}

// TestNobodyTakesTheRefOfADecision: who certifies a decision cannot keep it off the board by publishing something else under its ref before.
func TestNobodyTakesTheRefOfADecision(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	d := w.draft()
	d.ClientRef = "meeting:H-1:decision"
	_, err := w.s.Publish(t.Context(), w.chair, d)
	refused(t, "a ref of the system's own", err, fault.ErrInvalid)
	var id int64
	w.tx(func(tx *store.Tx) (err error) {
		id, err = w.s.PublishFor(tx, disclosure.Automatic{EstateID: w.Estate.ID, OrganisationID: w.Committee.ID, PersonID: w.chair.PersonID, Source: d.ClientRef, Title: "业主大会决定", Body: "通过"})
		return err
	})
	if v := w.find(id); v.Title != "业主大会决定" {
		t.Errorf("the board says %s", v.Title)
	}
}
