package committee_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// What the local rule names is not decided while the audit of a departure runs, though it was called, or put to the vote, before: neither by
// beginning the vote then nor by counting it then. Whatever else is on the agenda is decided.
func TestNothingIsDecidedAroundTheFreeze(t *testing.T) {
	t.Parallel()
	for _, begun := range []bool{false, true} {
		w := newWorld(t)
		w.seat()
		ctx := t.Context()
		rule := &org.LocalValue{Name: "committee.frozen_matters", Value: "supervise", Article: "某规定第28条", EffectiveOn: org.DayOf(w.clock.Now()), State: "confirmed", EnteredAt: w.clock.Now()}
		if err := w.DB.InTx(ctx, func(tx *store.Tx) error { return tx.Create(rule).Error }); err != nil {
			t.Fatal(err)
		}
		items := []committee.NewItem{{Matter: "supervise", Title: "督促修复门禁", Text: "要求物业修好东门门禁"}, {Matter: "dispute", Title: "停车纠纷", Text: "调解两户的停车纠纷"}}
		var meeting int64
		if begun {
			meeting, _ = w.open(items...)
			w.chairGone()
		} else {
			meeting = w.called(items...)
			w.clock.Advance(8 * 24 * time.Hour)
			w.chairGone()
			if _, err := w.Begin(ctx, w.people[1], meeting, w.DB.Now().Add(48*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		ids := w.items(meeting)
		for i, who := range w.people[1:] {
			for _, id := range ids {
				if _, err := w.Cast(ctx, who, meeting, []committee.Ballot{{ItemID: id, Choice: "yes"}}); err != nil && begun {
					t.Fatal(i, err)
				}
			}
		}
		w.clock.Advance(49 * time.Hour)
		w.tick()
		v, err := w.FindMeeting(ctx, w.people[1], meeting)
		if err != nil {
			t.Fatal(err)
		}
		if v.Items[0].State != committee.Dropped || v.Items[1].State != committee.Passed {
			t.Errorf("begun %v: %s, %s", begun, v.Items[0].State, v.Items[1].State)
		}
	}
}

// An audit's result that is taken off the board is not published: what was frozen is frozen again until it is posted anew.
func TestAWithdrawnResultFreezesAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	ctx := t.Context()
	v := w.overview()
	seal := w.done(w.RegisterSeal(ctx, w.people[1], w.Estate.ID, "committee", "业委会印章", v.Members[1].ID, []int64{1}))
	audit := w.chairGone()
	w.publishAudit(audit)
	first := w.overview().Audits[0].NoticeID
	if w.duty(committee.OweAudit) != nil {
		t.Fatal("it is owed with its result published")
	}
	frozen := w.purse.frozen
	for _, estate := range []int64{w.Estate.ID + 1, w.Estate.ID} {
		if err := w.DB.InTx(ctx, func(tx *store.Tx) error { return w.AuditWithdrawn(tx, estate, first) }); err != nil {
			t.Fatal(err)
		}
		if again := w.overview().Frozen != nil; again != (estate == w.Estate.ID) {
			t.Errorf("estate %d: frozen %v", estate, again)
		}
	}
	use := w.done(w.AskSeal(ctx, w.people[1], seal, committee.Sealing{Resolution: "业主大会2号决定", Purpose: "签合同", Paper: "物业合同", Copies: 2}))
	w.done(w.ApproveSeal(ctx, w.people[2], use, true, ""))
	if _, err := w.UseSeal(ctx, w.people[1], use, []int64{1}); !errors.Is(err, committee.ErrFrozen) {
		t.Errorf("a seal is used while the result is off the board: %v", err)
	}
	if w.purse.frozen != frozen+1 || w.duty(committee.OweAudit) == nil {
		t.Errorf("the books were frozen %d times, owed %v", w.purse.frozen, w.duty(committee.OweAudit))
	}
	w.done(w.PublishAudit(ctx, w.township, audit))
	if refs := w.board.posted; refs[len(refs)-1].Ref == refs[len(refs)-2].Ref {
		t.Errorf("the notice that was taken down is found again: %s", refs[len(refs)-1].Ref)
	}
	w.done(w.UseSeal(ctx, w.people[1], use, []int64{1}))
}

// The audit of an earlier term that is taken off the board freezes nothing of the committee that is in office now.
func TestAnEarlierTermsResultFreezesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	audit := w.chairGone()
	w.publishAudit(audit)
	notice, frozen := w.overview().Audits[0].NoticeID, w.purse.frozen
	if err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.Model(&committee.Audit{}).Where("id = ?", audit).Update("term_id", 0).Error; err != nil {
			return err
		}
		return w.AuditWithdrawn(tx, w.Estate.ID, notice)
	}); err != nil {
		t.Fatal(err)
	}
	if w.purse.frozen != frozen || w.overview().Frozen != nil {
		t.Errorf("the books were frozen %d times more", w.purse.frozen-frozen)
	}
}

// While nobody has said what an audit of a departure forbids, the committee decides nothing during it: no vote is called, begun, or counted,
// by hand or by the clock. A vote that waits is counted when somebody has said it, or when the result is published.
func TestNothingIsDecidedWhileTheRuleIsUnset(t *testing.T) {
	t.Parallel()
	for _, said := range []bool{true, false} {
		w := newWorld(t)
		w.seat()
		ctx := t.Context()
		item := committee.NewItem{Matter: "dispute", Title: "停车纠纷", Text: "调解两户的停车纠纷"}
		later := w.called(item)
		meeting, items := w.open(item)
		for _, who := range w.people[1:] {
			if _, err := w.Cast(ctx, who, meeting, []committee.Ballot{{ItemID: items[0], Choice: "yes"}}); err != nil {
				t.Fatal(err)
			}
		}
		audit := w.chairGone()
		if _, err := w.Begin(ctx, w.people[1], later, w.DB.Now().Add(48*time.Hour)); !errors.Is(err, rulepack.ErrUnset) {
			t.Errorf("begun: %v", err)
		}
		w.clock.Advance(49 * time.Hour)
		if _, err := w.Close(ctx, w.people[1], meeting); !errors.Is(err, rulepack.ErrUnset) {
			t.Errorf("counted by hand: %v", err)
		}
		w.tick()
		state := func() string {
			v, err := w.FindMeeting(ctx, w.people[1], meeting)
			if err != nil {
				t.Fatal(err)
			}
			return string(v.Items[0].State)
		}
		if n, err := w.Tick(ctx); n != 0 || err != nil || state() != string(committee.Voting) {
			t.Errorf("the clock dealt with %d, %v: %s", n, err, state())
		}
		if says := w.overview().Unsaid; !strings.Contains(says, "业委会不能决定的事项") || !strings.Contains(says, "住建局") {
			t.Errorf("the page says %q", says)
		}
		if said {
			rule := &org.LocalValue{Name: "committee.frozen_matters", Value: "无", Article: "某规定第28条", EffectiveOn: org.DayOf(w.clock.Now()), State: "confirmed", EnteredAt: w.clock.Now()}
			if err := w.DB.InTx(ctx, func(tx *store.Tx) error { return tx.Create(rule).Error }); err != nil {
				t.Fatal(err)
			}
		} else {
			w.publishAudit(audit)
		}
		w.tick()
		if says := w.overview().Unsaid; state() != string(committee.Passed) || says != "" {
			t.Errorf("said %v: %s, %s", said, state(), says)
		}
	}
}
