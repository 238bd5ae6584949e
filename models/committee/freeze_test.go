package committee_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
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
