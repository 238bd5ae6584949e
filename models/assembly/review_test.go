package assembly_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// TestNothingIsRememberedBeforeTheNotice: whoever tries to cast too early, an owner or a stranger, does not fix empty rules in the
// memory of the process.
func TestNothingIsRememberedBeforeTheNotice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.frozen()
	_, err := w.s.Cast(t.Context(), w.ballot(m, 0, tally.Yes))
	refused(t, "before the notice", err, assembly.ErrNotOpen)
	m = w.notify(m)
	w.cast(m, 0, tally.Yes)
}

// TestACoOwnersObjectionHoldsTheSeat: whichever ballot it names, no other ballot of the seat counts in its place, none is taken while it is
// open, and only its own end puts the seat back.
func TestACoOwnersObjectionHoldsTheSeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	b, c := w.join(0), w.join(0)
	m := w.open()
	cast := func(choice string) (*assembly.Receipt, error) {
		in := w.ballot(m, 0, choice)
		in.Agreed = true
		return w.s.Cast(t.Context(), in)
	}
	if _, err := cast(tally.Yes); err != nil {
		t.Fatal(err)
	}
	second, err := cast(tally.No)
	if err != nil {
		t.Fatal(err)
	}
	w.cast(m, 1, tally.Yes)
	protest := func(who org.Actor) *assembly.Objection {
		t.Helper()
		o, err := w.s.Protest(t.Context(), who, m.ID, assembly.Protest{Receipt: second.Code, Grounds: "我不同意这样投", ClientRef: w.once()})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	_, err = w.s.Protest(t.Context(), b, m.ID, assembly.Protest{Receipt: second.Code, Disputed: []string{second.Code}, Grounds: "连别人的票一起", ClientRef: w.once()})
	if err == nil {
		t.Error("an objection to the own seat's ballot names others' ballots as well")
	}
	ofB, ofC := protest(b), protest(c)
	_, err = cast(tally.Yes)
	refused(t, "cast again while the owners do not agree", err, assembly.ErrFought)
	w.closed(m)
	if _, err := w.s.Publish(t.Context(), w.chair, m.ID); err != nil {
		t.Fatal(err)
	}
	returned := func(want int64, when string) {
		t.Helper()
		if got := w.view(m).Result.Tally.Motions[0].Result.Returned.Heads; got != want {
			t.Errorf("%s: %d seats take part, want %d", when, got, want)
		}
		w.verify(m)
	}
	returned(1, "at the close")
	w.answer(w.community, m, ofB, true, "共有人之间确实没有商量一致")
	if err := w.s.WithdrawObjection(t.Context(), c, m.ID, ofC.ID); err != nil {
		t.Fatal(err)
	}
	returned(1, "one upheld, the other withdrawn")
}

// TestOnlyTheConvenerTakesItsSteps: whoever watches over it answers owners, and neither moves nor ends it; once people vote nobody cancels.
func TestOnlyTheConvenerTakesItsSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	_, err := w.s.Cancel(t.Context(), w.community, m.ID, "社区想取消这次会议")
	refused(t, "cancelled by another office", err, assembly.ErrNotConvener)
	_, err = w.s.Extend(t.Context(), w.community, m.ID, 5, "社区想延长几天")
	refused(t, "extended by another office", err, assembly.ErrNotConvener)
	_, _, err = w.s.MakeLinks(t.Context(), w.community, m.ID, []int{1})
	refused(t, "links by another office, which would end those of the convener", err, assembly.ErrNotConvener)
	_, err = w.s.Cancel(t.Context(), w.chair, m.ID, "结果不合心意")
	refused(t, "cancelled while people vote", err, assembly.ErrState)
	w.closed(m)
	_, err = w.s.Publish(t.Context(), w.community, m.ID)
	refused(t, "published by another office", err, assembly.ErrNotConvener)
}

// TestBundlesStayWhileObjectionsAreHeard: days after the provisional result it can still be taken and checked, whatever was signed since.
func TestBundlesStayWhileObjectionsAreHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	m := w.open()
	for i := range 4 {
		w.cast(m, i, tally.Yes)
	}
	w.closed(m)
	if _, err := w.s.Publish(t.Context(), w.chair, m.ID); err != nil {
		t.Fatal(err)
	}
	before := w.checkpoints(m)
	for range 5 {
		w.clock.Advance(time.Hour)
		if _, err := w.s.SignCheckpoints(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if now := w.checkpoints(m); now != before {
		t.Errorf("a log that has not grown was signed %d times more", now-before)
	}
	w.verify(m)
}

func (w *world) checkpoints(m *assembly.Meeting) (n int64) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&assembly.Checkpoint{}).Where("meeting_id = ?", m.ID).Count(&n).Error
	})
	return n
}

// TestUnsoldHomesWithoutADeveloper count, in one seat that nobody holds: no owner of the estate gets at it or at the opened ballots.
func TestUnsoldHomesWithoutADeveloper(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Unit{}).Where("id IN ?", []int64{w.Units[2].ID, w.Units[3].ID}).Update("sold", false).Error
	})
	m := w.open()
	v := w.view(m)
	if v.Seats != 3 {
		t.Errorf("%d seats", v.Seats)
	}
	homeless := w.Person()
	homeless.Homes = []org.Home{{EstateID: w.Estate.ID, UnitID: w.Units[2].ID, Role: org.RoleOwner}}
	papers, _, err := w.s.OwnSeats(t.Context(), homeless, m.ID)
	if err != nil || len(papers) != 0 {
		t.Errorf("somebody without a seat has %d: %v", len(papers), err)
	}
	c := w.ballot(m, 0, tally.Yes)
	c.Actor, c.SeatNo = homeless, 3
	_, err = w.s.Cast(t.Context(), c)
	refused(t, "a ballot for the developer's seat", err, assembly.ErrNoSeat)
}

// TestTheExtensionStaysInTheWindow of the frozen rules.
func TestTheExtensionStaysInTheWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.local("meeting.window_days_max", "12")
	m := w.open()
	_, err := w.s.Extend(t.Context(), w.chair, m.ID, 5, "票数不够，延长几天")
	refused(t, "beyond the longest window", err, assembly.ErrWindow)
	if _, err := w.s.Extend(t.Context(), w.chair, m.ID, 2, "票数不够，延长两天"); err != nil {
		t.Error(err)
	}
}

// TestAnOutageAtTheClose gives those who could not vote the time from when they can.
func TestAnOutageAtTheClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.local("meeting.outage_rate", "200")
	m := w.open()
	tick := func() {
		t.Helper()
		if _, err := w.s.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tick()
	closes := *w.view(m).ClosesAt
	w.clock.Advance(closes.Sub(w.clock.Now()) - 6*time.Hour)
	w.pulse(m)
	w.clock.Advance(3 * 24 * time.Hour)
	tick()
	if v := w.view(m); v.State != assembly.Noticed || !v.ClosesAt.Equal(w.clock.Now().AddDate(0, 0, 1)) {
		t.Errorf("%s, closes at %s, it is %s", v.State, v.ClosesAt, w.clock.Now())
	}
}

// pulse says that voting was possible until now.
func (w *world) pulse(m *assembly.Meeting) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&assembly.Meeting{}).Where("id = ?", m.ID).Update("pulse_at", tx.Now).Error
	})
}

// TestPeopleHearWhatHappensToTheirBallot: the convener of an objection, the objector of the answer, the owner of a ballot that is set aside.
func TestPeopleHearWhatHappensToTheirBallot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	r := w.cast(m, 0, tally.Yes)
	w.cast(m, 1, tally.Yes)
	w.closed(m)
	if _, err := w.s.Publish(t.Context(), w.chair, m.ID); err != nil {
		t.Fatal(err)
	}
	o, err := w.s.Protest(t.Context(), w.owners[1], m.ID, assembly.Protest{Grounds: "不是本人投的", Disputed: []string{r.Code}, ClientRef: w.once()})
	if err != nil {
		t.Fatal(err)
	}
	w.told("meeting.contested", 0)
	w.answer(w.community, m, o, true, "经核对，确非本人所投")
	w.told("ballot.answered", w.owners[1].PersonID)
	w.told("ballot.aside", w.owners[0].PersonID)
}

// told looks for the one message of a kind, and whom it names.
func (w *world) told(kind string, person int64) {
	w.t.Helper()
	var list []outbox.Message
	w.tx(func(tx *store.Tx) error {
		return tx.Where("kind = ? AND estate_id = ?", kind, w.Estate.ID).Find(&list).Error
	})
	if len(list) != 1 || person != 0 && !strings.Contains(list[0].Body, fmt.Sprintf(`"person_ids":[%d]`, person)) {
		w.t.Errorf("%s: %+v", kind, list)
	}
}
