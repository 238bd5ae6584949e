package campaign_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/plan"
)

func onlyWeChat(x *campaign.Words) { x.Channels = []campaign.Channel{plan.Mini, campaign.Letter} }

// TestResendOnlyToFailures: of four seats one got it, one has no consent, one of the refused has opened it in the app, one has two
// owners of whom one got it. Only the second is sent to again.
func TestResendOnlyToFailures(t *testing.T) {
	w := newWorld(t)
	w.build(5)
	ctx := t.Context()
	got, refused, opened, co, other := w.Person(), w.Person(), w.Person(), w.Person(), w.Person()
	w.own([]owner{{person: got}}, 0)
	set := w.own([]owner{{person: refused}}, 1)
	w.own([]owner{{person: opened}}, 2)
	w.own([]owner{{person: co}, {person: other}}, 3)
	w.own([]owner{{}}, 4)
	no := map[string]bool{w.openID(refused): true, w.openID(opened): true, w.openID(other): true}
	w.mini.fail = func(to string) error {
		if no[to] {
			return &notify.Failure{Code: 43101, Refused: true}
		}
		return nil
	}
	c := w.launch(onlyWeChat)
	if _, err := w.svc.Resend(ctx, w.chair, c.ID, w.once()); !errors.Is(err, campaign.ErrBusy) {
		t.Errorf("again before the first is carried: %v", err)
	}
	w.drain()
	w.read(opened)
	w.tick()
	if w.again(c).State != campaign.Done {
		t.Fatalf("it is %s", w.again(c).State)
	}
	w.mini.fail = nil
	if _, err := w.svc.Resend(ctx, w.chair, c.ID, w.once()); err != nil {
		t.Fatal(err)
	}
	w.tick()
	w.drain()
	for name, x := range map[string]struct {
		who  org.Actor
		want int
	}{"who got it": {got, 1}, "who was refused": {refused, 1}, "who opened it": {opened, 0}, "the co-owner who got it": {co, 1}, "the other co-owner": {other, 0}} {
		if n := w.mini.to(w.openID(x.who)); n != x.want {
			t.Errorf("%s received %d, want %d", name, n, x.want)
		}
	}
	if r := w.seat(c, set); r.Repeats != 1 || len(r.Sends) != 2 || r.Sends[1].Run != 2 || r.Sends[1].State != notify.Sent {
		t.Errorf("the seat that was sent to again: %+v", r)
	}
	w.tick()
	if _, err := w.svc.Resend(ctx, w.chair, c.ID, w.once()); !errors.Is(err, campaign.ErrNoFailures) {
		t.Errorf("nothing failed any more: %v", err)
	}
}

// TestWhoHasActedIsLeftAlone: what is still to be sent to them is given up, and no reminder comes; a co-owner's deed is the seat's;
// reminders end after three, or with the term.
func TestWhoHasActedIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.build(4)
	done, co, idle, paper := w.Person(), w.Person(), w.Person(), w.Person()
	w.own([]owner{{person: done}, {person: co}}, 0)
	w.own([]owner{{person: idle}}, 1)
	papers := w.own([]owner{{person: paper}}, 2)
	early := w.Person()
	w.own([]owner{{person: early}}, 3)
	subject := campaign.Subject{Kind: "motion", ID: 7}
	w.tx(func(tx *store.Tx) error { return w.svc.Act(tx, subject, early.PersonID) })
	end := w.clock.Now().AddDate(0, 0, 30)
	c := w.launch(onlyWeChat, func(x *campaign.Words) {
		x.SubjectKind, x.SubjectID, x.RemindEvery, x.EndsAt = subject.Kind, subject.ID, 2, &end
	})
	if err := w.d.Expand(t.Context(), w.message(c)); err != nil {
		t.Fatal(err)
	}
	// Written and not sent yet: one owner votes in the app, another seat on paper.
	w.tx(func(tx *store.Tx) error {
		for range 2 { // a second tap is the same deed
			if err := w.svc.Act(tx, subject, done.PersonID); err != nil {
				return err
			}
		}
		return w.svc.ActSeats(tx, subject, []int64{papers.ID})
	})
	w.drain()
	for name, a := range map[string]org.Actor{"who voted": done, "their co-owner": co, "who voted on paper": paper, "who voted before": early} {
		if n := w.mini.to(w.openID(a)); n != 0 {
			t.Errorf("%s received %d", name, n)
		}
	}
	if w.mini.to(w.openID(idle)) != 1 {
		t.Error("who has not voted was not told")
	}
	for day := range 12 {
		w.clock.Advance(24 * time.Hour)
		w.tick()
		w.drain()
		if day == 3 && w.mini.to(w.openID(idle)) != 3 {
			t.Errorf("%d messages after four days, want two reminders", w.mini.to(w.openID(idle)))
		}
	}
	if n := w.mini.to(w.openID(idle)); n != 4 {
		t.Errorf("%d messages to who has not voted, want one and three reminders", n)
	}
	if n := w.mini.total(); n != 4 {
		t.Errorf("%d messages in all: %v", n, w.mini.got)
	}
	if r := w.seat(c, papers); r.Repeats != 0 || r.ActedAt == nil {
		t.Errorf("a seat that voted on paper was chosen again: %+v", r.Reach)
	}
	if w.again(c).State != campaign.Running {
		t.Errorf("before its end it is %s", w.again(c).State)
	}
	w.clock.Advance(20 * 24 * time.Hour)
	w.tick()
	if w.again(c).State != campaign.Done {
		t.Errorf("after its end it is %s", w.again(c).State)
	}
}

// TestOneOwnerOfSeveralSeats is told once, and what they read confirms all their seats.
func TestOneOwnerOfSeveralSeats(t *testing.T) {
	w := newWorld(t)
	w.build(3)
	a, b := w.Person(), w.Person()
	one, two := w.own([]owner{{person: a}}, 0), w.own([]owner{{person: a}, {person: b}}, 1)
	c := w.launch(onlyWeChat)
	w.drain()
	if w.mini.to(w.openID(a)) != 1 || w.read(a) != 1 {
		t.Error("an owner of two seats is told twice, or not at all")
	}
	for _, set := range []org.OwnerSet{one, two} {
		if r := w.seat(c, set); r.ConfirmedHow != campaign.ByReading || r.ReadAt == nil {
			t.Errorf("seat: %+v", r.Reach)
		}
	}
}

// TestResidentsByHome: a campaign to residents reaches everybody with a right in a home, tenants too, unit by unit; a building or a
// unit that was not chosen is left out.
func TestResidentsByHome(t *testing.T) {
	w := newWorld(t)
	tenant, family, elsewhere := w.Resident(0, org.RoleTenant), w.Resident(0, org.RoleFamily), w.Resident(1, org.RoleOwner)
	c := w.launch(func(x *campaign.Words) {
		x.Audience, x.Channels, x.Scope = campaign.Residents, []campaign.Channel{plan.Mini}, campaign.Scope{Units: []int64{w.Units[0].ID, w.Units[2].ID}}
	})
	w.drain()
	if w.mini.to(w.openID(tenant)) != 1 || w.mini.to(w.openID(family)) != 1 || w.mini.to(w.openID(elsewhere)) != 0 {
		t.Errorf("received: %v", w.mini.got)
	}
	rows := w.rows(c, campaign.AllSeats)
	if len(rows) != 2 || rows[0].People != 2 || rows[1].Planned != campaign.Nobody || rows[1].Why != "nobody_home" {
		t.Errorf("rows: %+v", rows)
	}
}

// TestAnErasedPersonLeavesTheEvidence: the seat stays served and the sealed record holds; nothing says by whom, and nothing more
// goes to them.
func TestAnErasedPersonLeavesTheEvidence(t *testing.T) {
	w := newWorld(t)
	a := w.Person()
	set := w.own([]owner{{person: a}}, 0)
	c := w.launch()
	w.drain()
	w.read(a)
	if _, err := w.svc.Seal(t.Context(), w.chair, c.ID, w.once()); err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx *store.Tx) error { return w.svc.Erase(tx, a.PersonID) })
	r := w.seat(c, set)
	if r.ConfirmedHow != campaign.ByReading || r.ConfirmedBy != 0 || len(r.Sends) != 1 || r.ReadAt == nil {
		t.Errorf("after the erasure: %+v", r)
	}
	if rec, err := w.svc.FindRecord(t.Context(), w.chair, c.ID, 0, true); err != nil || !rec.Whole {
		t.Errorf("the record does not hold any more: %+v, %v", rec, err)
	}
	var left int64
	w.tx(func(tx *store.Tx) error {
		for table, column := range map[string]string{"reach_people": "person_id", "deliveries": "person_id", "inbox_items": "recipient_id"} {
			var n int64
			if err := tx.Table(table).Where(column+" = ?", a.PersonID).Count(&n).Error; err != nil {
				return err
			}
			left += n
		}
		people, _, err := w.svc.Addressees(t.Context(), tx, 1, 0, 10)
		if len(people) != 0 {
			t.Errorf("it still goes to %v", people)
		}
		return err
	})
	if left != 0 {
		t.Errorf("%d rows still name the person", left)
	}
}

// TestSeatsThatActedStandInFewRows: they are told of one by one or together, and told of again, and the rows grow by neither; a campaign that
// comes later knows each.
func TestSeatsThatActedStandInFewRows(t *testing.T) {
	w := newWorld(t)
	w.build(3)
	first, last, idle := w.own([]owner{{person: w.Person()}}, 0), w.own([]owner{{person: w.Person()}}, 1), w.own([]owner{{person: w.Person()}}, 2)
	subject := campaign.Subject{Kind: "motion", ID: 9}
	act := func(sets ...int64) {
		w.tx(func(tx *store.Tx) error { return w.svc.ActSeats(tx, subject, sets) })
	}
	act(first.ID)
	for range 2 {
		for i := range int64(40) {
			act(1000+i, 1000+i)
		}
	}
	many := make([]int64, 1000)
	for i := range many {
		many[i] = int64(2000 + i)
	}
	act(many...)
	act(last.ID)
	act(last.ID)
	var rows []campaign.SeatDeed
	w.tx(func(tx *store.Tx) error {
		return tx.Where("subject_kind = 'motion' AND subject_id = 9").Order("id").Find(&rows).Error
	})
	seen := map[int64]int{}
	for _, r := range rows {
		var sets []int64
		if err := json.Unmarshal([]byte(r.OwnerSets), &sets); err != nil || len(sets) > 900 {
			t.Errorf("a row of %d, %v", len(sets), err)
		}
		for _, id := range sets {
			seen[id]++
		}
	}
	if len(rows) > 3 || len(seen) != 1042 {
		t.Errorf("%d rows name %d sets, want 3 and 1042", len(rows), len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("set %d is named %d times", id, n)
		}
	}
	c := w.launch(onlyWeChat, func(x *campaign.Words) { x.SubjectKind, x.SubjectID = subject.Kind, subject.ID })
	for name, set := range map[string]org.OwnerSet{"first": first, "last": last, "idle": idle} {
		if acted := w.seat(c, set).ActedAt != nil; acted != (name != "idle") {
			t.Errorf("the %s has acted: %v", name, acted)
		}
	}
}
