package complaint_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestALookCannotBeHidden: whoever looks at the complainant cannot bury that under notes, and the complainant is told.
func TestALookCannotBeHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	owner, clerk := w.Resident(0, org.RoleOwner), w.Officer(w.Community, org.Clerk)
	c := w.file(t, owner, w.draft(""))
	note := func() error {
		_, err := w.s.Act(ctx, clerk, c.ID, complaint.Note, complaint.Input{Text: "正在办理"})
		return err
	}
	notes := 0
	for ; note() == nil; notes++ {
		if notes > 1000 {
			t.Fatal("a case takes any number of notes")
		}
	}
	if err := note(); !errors.Is(err, complaint.ErrTalk) {
		t.Errorf("after %d notes: %v", notes, err)
	}
	if _, err := w.s.Act(ctx, clerk, c.ID, complaint.Transfer, complaint.Input{ToID: w.Code("fire").ID, Clause: "五(六)2", Text: "消防通道被占"}); !errors.Is(err, complaint.ErrTalk) {
		t.Errorf("transfer after %d notes: %v", notes, err)
	}
	if _, err := w.s.RevealComplainant(ctx, clerk, c.ID, "", "上门核实需要"); err != nil {
		t.Fatal(err)
	}
	// As it would look had a case ever grown beyond what is shown.
	err := w.DB.InTx(ctx, func(tx *store.Tx) error {
		var more []complaint.Step
		for i := range 1000 {
			more = append(more, complaint.Step{CaseID: c.ID, Seq: int64(-i), Kind: complaint.Note, State: complaint.Dispatched, Text: "较早的进展", Public: true, At: tx.Now})
		}
		return tx.CreateInBatches(&more, 200).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.s.FindOwn(ctx, owner, c.ID)
	if err != nil || v.Steps[len(v.Steps)-1].Kind != complaint.Reveal || !slices.IsSortedFunc(v.Steps, func(a, b complaint.StepView) int { return int(a.Seq - b.Seq) }) {
		t.Errorf("the last of %d steps is %s, %v", len(v.Steps), v.Steps[len(v.Steps)-1].Kind, err)
	}
	if !slices.Contains(w.told(t), "complaint.revealed") {
		t.Errorf("told %v", w.told(t))
	}
	if _, err := w.s.Act(ctx, clerk, c.ID, complaint.Accept, complaint.Input{}); err != nil {
		t.Errorf("a talked-out case must still be handled: %v", err)
	}
}

// TestAskedAndPassedOver: an office that was asked to lead and did not take the case sees no more of it; one that led
// once, or joins, keeps what it may see.
func TestAskedAndPassedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	community, fire, police := w.Officer(w.Community, org.Clerk), w.Officer(w.Code("fire"), org.Head), w.Officer(w.Code("public-security"), org.Head)
	c := w.file(t, w.Resident(0, org.RoleOwner), w.draft(""))
	offer := func(from org.Actor, to org.Actor) {
		t.Helper()
		in := complaint.Input{ToID: to.Post.OrganisationID, Clause: "五(六)2", Text: "消防通道被占"}
		if _, err := w.s.Act(ctx, from, c.ID, complaint.Transfer, in); err != nil {
			t.Fatal(err)
		}
	}
	sees := func(a org.Actor, want bool) {
		t.Helper()
		if _, err := w.s.Find(ctx, a, c.ID); (err == nil) != want {
			t.Errorf("%s: %v", a.Post.OrgName, err)
		}
	}
	offer(community, fire)
	sees(fire, true)
	offer(community, police)
	sees(fire, false)
	sees(police, true)
	if _, err := w.s.Act(ctx, police, c.ID, complaint.Accept, complaint.Input{}); err != nil {
		t.Fatal(err)
	}
	offer(police, fire)
	if _, err := w.s.Act(ctx, fire, c.ID, complaint.Accept, complaint.Input{}); err != nil {
		t.Fatal(err)
	}
	sees(police, true) // it led once
	offer(fire, police)
	if _, err := w.s.Act(ctx, fire, c.ID, complaint.Answer, report("今天受理并联系了物业，通道已清理")); err != nil {
		t.Fatal(err)
	}
	sees(police, true)
}
