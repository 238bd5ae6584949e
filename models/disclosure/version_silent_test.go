package disclosure_test

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/disclosure"
)

// TestNoVersionIsSilent: whatever makes a new version is named among its differences: an empty line, the order of the sums, and which sources
// of the books count in a sum.
func TestNoVersionIsSilent(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.books()
	d := w.draft()
	n := w.publish(d)
	if err := w.s.Revise(ctx, w.chair, n.ID, disclosure.Revision{Title: d.Title, Body: "第一行\n\n第二行\n第三行", Reason: "分段"}); err != nil {
		t.Fatal(err)
	}
	if v := w.find(n.ID); len(v.Versions[1].Changes) == 0 {
		t.Error("an empty line is a version without a difference")
	}
	change := func(what string, f func([]disclosure.Query)) {
		first := w.income()
		id := w.confirmed(first)
		next := w.income()
		f(next.Queries)
		p, err := w.s.SaveDraft(ctx, w.chair, next, id, "改一改")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.s.SubmitDraft(ctx, w.chair, p.ID, p.Revision); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.ConfirmDraft(ctx, w.member, p.ID, p.Revision); err != nil {
			t.Fatal(err)
		}
		if v := w.find(id); len(v.Versions) != 2 || len(v.Versions[1].Changes) == 0 {
			t.Errorf("%s is a version without a difference", what)
		}
	}
	change("another order", func(q []disclosure.Query) { q[0], q[1] = q[1], q[0] })
	change("a part in place of the whole", func(q []disclosure.Query) { q[2].Sources = []string{"cost"} })
}

// TestAPartIsNotTheWhole: a sum over some sources alone says so.
func TestAPartIsNotTheWhole(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.books()
	v := w.find(w.confirmed(w.income()))
	if part := v.Current().Figures[1].Asks(); !strings.Contains(part, "只算parking") {
		t.Errorf("a part of the income is shown as %s", part)
	}
	if whole := v.Current().Figures[0].Asks(); strings.Contains(whole, "只算") {
		t.Errorf("the whole is shown as %s", whole)
	}
}
