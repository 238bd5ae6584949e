package assembly_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// TestAMeetingFromCallToCertificate walks a meeting to its end: the result is counted from the ballots, twice signed and put on the
// board with both fractions and the clause.
func TestAMeetingFromCallToCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	m := w.open()
	for i := range 4 {
		w.cast(m, i, tally.Yes)
	}
	w.cast(m, 4, tally.No)
	w.cast(m, 5, tally.Abstain)
	if _, err := w.s.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.closed(m)
	_, err := w.s.Cast(t.Context(), w.ballot(m, 6, tally.Yes))
	refused(t, "after the close", err, assembly.ErrClosed)
	_, err = w.s.Certify(t.Context(), w.fresh, m.ID)
	refused(t, "certified before it is published", err, assembly.ErrState)
	st := w.certified(m)
	got := st.Tally.Motions[0].Result
	item := got.Items[0]
	if got.Outcome != tally.Pass || got.Scope.Heads != 9 || got.Returned.Heads != 6 || item.Yes.Heads != 4 || item.No.Heads != 1 || item.Abstain.Heads != 1 {
		t.Errorf("counted %+v", got)
	}
	if got.Clause == "" || *item.Strict.Participation.Heads.Need != 6 || *item.Strict.Consent.Heads.Need != 4 {
		t.Errorf("thresholds %+v", item.Strict)
	}
	if st.LogSize != 7 || len(w.board.published) != 1 {
		t.Errorf("log of %d entries, %d notices", st.LogSize, len(w.board.published))
	}
	if v := w.view(m); v.State != assembly.Certified || v.DisclosedID == 0 || v.Outcome.Kind != "certificate" {
		t.Errorf("ends as %s, disclosed by %d, %s", v.State, v.DisclosedID, v.Outcome.Kind)
	}
	_, err = w.s.Cancel(t.Context(), w.chair, m.ID, "想取消也不行了")
	refused(t, "cancelled after the end", err, assembly.ErrState)
}

// TestWhoHasVotedIsTold: with its place in the log, each seat is named once to those who remind, and never again.
func TestWhoHasVotedIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	m := w.open()
	for i := range 3 {
		w.cast(m, i, tally.Yes)
	}
	for range 2 {
		if _, err := w.s.Sequence(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var rows []outbox.Message
	w.tx(func(tx *store.Tx) error {
		return tx.Where("kind = 'ballot.cast' AND estate_id = ?", w.Estate.ID).Find(&rows).Error
	})
	var told []int64
	for _, r := range rows {
		e, err := r.Event()
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, e.(*event.BallotsCast).OwnerSetIDs...)
	}
	slices.Sort(told)
	var want []int64
	for i := range 3 {
		want = append(want, w.seat(m, i+1).HolderSetID)
	}
	slices.Sort(want)
	if !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
}

// TestTheLogGoesOnWithoutASeat: where the row of a seat was deleted behind linli's back, its ballot and those after it still come into the
// hashes; that it is gone is for verify to say.
func TestTheLogGoesOnWithoutASeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	for i := range 3 {
		w.cast(m, i, tally.Yes)
	}
	gone := w.seat(m, 2).ID
	w.tx(func(tx *store.Tx) error { return tx.Where("id = ?", gone).Delete(&assembly.Seat{}).Error })
	if _, err := w.s.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	var size int64
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&assembly.Log{}).Where("meeting_id = ?", m.ID).Pluck("size", &size).Error
	})
	if size != 3 {
		t.Errorf("the log has %d of 3 ballots", size)
	}
}

// TestOnceForEachSeat: twenty at once on one seat, with twenty submissions: one ballot is taken, the others learn that.
func TestOnceForEachSeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.local("ballot.change", "none")
	m := w.open()
	var wg sync.WaitGroup
	results := make([]error, 20)
	for i := range results {
		c := w.ballot(m, 0, tally.Yes)
		wg.Go(func() { _, results[i] = w.s.Cast(t.Context(), c) })
	}
	wg.Wait()
	taken := 0
	for _, err := range results {
		switch {
		case err == nil:
			taken++
		case !errors.Is(err, assembly.ErrAlreadyCast):
			t.Errorf("refused by %v", err)
		}
	}
	if taken != 1 {
		t.Errorf("%d ballots were taken", taken)
	}
	w.counts(m, &assembly.Ballot{}, 1)
	w.counts(m, &assembly.Envelope{}, 1)
}

func (w *world) counts(m *assembly.Meeting, model any, want int64) {
	w.t.Helper()
	var n int64
	w.tx(func(tx *store.Tx) error { return tx.Model(model).Where("meeting_id = ?", m.ID).Count(&n).Error })
	if n != want {
		w.t.Errorf("%T: %d rows, want %d", model, n, want)
	}
}

// TestALostAnswer: the same submission again, twenty times at once, answers the first receipt; with other content it is refused.
func TestALostAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.local("ballot.change", "none")
	m := w.open()
	c := w.ballot(m, 0, tally.Yes)
	var wg sync.WaitGroup
	codes := make([]string, 20)
	for i := range codes {
		wg.Go(func() {
			r, err := w.s.Cast(t.Context(), c)
			if err != nil {
				t.Error(err)
				return
			}
			codes[i] = fmt.Sprint(r.Code, r.Secret, r.ID, len(r.Ballots))
		})
	}
	wg.Wait()
	for _, code := range codes[1:] {
		if code != codes[0] {
			t.Errorf("receipts differ: %s, %s", codes[0], code)
		}
	}
	w.counts(m, &assembly.Ballot{}, 1)
	c.InputHash = "other"
	_, err := w.s.Cast(t.Context(), c)
	refused(t, "other content under the same reference", err, assembly.ErrRefReused)
	w.closed(m)
	c.InputHash = "h"
	if r, err := w.s.Cast(t.Context(), c); err != nil || r.Code == "" {
		t.Errorf("after the close the first receipt is not answered: %v", err)
	}
}

// TestManyRoundsAtOnce: when more cast than one round takes, by two processes, each seat has one ballot and one receipt however often its
// owner pressed, what else was cast for it is refused, and the log has no gap.
func TestManyRoundsAtOnce(t *testing.T) {
	t.Parallel()
	const seats = 40
	w := newWorld(t, seats)
	w.local("ballot.change", "none")
	m := w.open()
	processes := []*assembly.Service{w.s, assembly.New(w.options)}
	var wg sync.WaitGroup
	codes, errs := make([]string, seats*6), make([]error, seats*6)
	for i := range seats {
		one, other := w.ballot(m, i, tally.Yes), w.ballot(m, i, tally.No)
		for n := range 6 {
			c := one
			if n%3 == 2 {
				c = other
			}
			wg.Go(func() {
				r, err := processes[n%2].Cast(t.Context(), c)
				if errs[i*6+n] = err; err == nil {
					codes[i*6+n] = r.Code
				}
			})
		}
	}
	wg.Wait()
	for i := range seats {
		got := map[string]int{}
		for n := range 6 {
			switch code := codes[i*6+n]; {
			case code != "":
				got[code]++
			default:
				refused(t, "another ballot of a seat", errs[i*6+n], assembly.ErrAlreadyCast)
			}
		}
		if len(got) != 1 {
			t.Errorf("seat %d has the receipts %v", i+1, got)
		}
	}
	w.counts(m, &assembly.Ballot{}, seats)
	w.counts(m, &assembly.Envelope{}, seats)
	w.closed(m)
	if _, err := w.s.Publish(t.Context(), w.chair, m.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.view(m).Result; got.Tally.Motions[0].Result.Returned.Heads != seats || got.LogSize != seats+1 {
		t.Errorf("%d counted, %d entries in the log", got.Tally.Motions[0].Result.Returned.Heads, got.LogSize)
	}
	w.verify(m)
}

// TestABrokenRoundAnswersNobody: whoever was judged before a round broke off hears that it did, and has no receipt of what was rolled back.
func TestABrokenRoundAnswersNobody(t *testing.T) {
	t.Parallel()
	const seats = 60
	w := newWorld(t, seats)
	m := w.open()
	var broken, panics atomic.Int64
	w.tx(func(tx *store.Tx) error {
		return tx.Callback().Create().Before("gorm:create").Register("test:break", func(g *gorm.DB) {
			if g.Statement.Table == "audit_entries" && g.Statement.ReflectValue.Len() > 1 && broken.CompareAndSwap(0, 1) {
				panic("broken")
			}
		})
	})
	casts, codes := make([]assembly.Cast, seats), make([]string, seats)
	for i := range casts {
		casts[i] = w.ballot(m, i, tally.Yes)
	}
	var wg sync.WaitGroup
	for i, c := range casts {
		wg.Go(func() {
			defer func() {
				if recover() != nil {
					panics.Add(1)
				}
			}()
			if r, err := w.s.Cast(t.Context(), c); err == nil {
				codes[i] = r.Code
			}
		})
	}
	wg.Wait()
	if panics.Load() != 1 {
		t.Fatalf("%d callers broke", panics.Load())
	}
	got := 0
	for i, code := range codes {
		if code == "" {
			continue
		}
		got++
		w.tx(func(tx *store.Tx) error {
			if err := tx.Where("code = ?", code).Take(&assembly.Envelope{}).Error; err != nil {
				t.Errorf("seat %d has a receipt of nothing: %v", i+1, err)
			}
			return nil
		})
	}
	w.counts(m, &assembly.Envelope{}, int64(got))
}

// TestOneBadBallotFailsAlone: in one batch with good ones.
func TestOneBadBallotFailsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 12)
	m := w.open()
	var wg sync.WaitGroup
	errs := make([]error, 12)
	for i := range errs {
		c := w.ballot(m, i, tally.Yes)
		switch i {
		case 3:
			c.Choices[0].Choice = "maybe"
		case 5:
			c.Actor = w.owners[4] // a neighbour's seat
		case 7:
			c.Choices[0].MotionID++
		}
		wg.Go(func() { _, errs[i] = w.s.Cast(t.Context(), c) })
	}
	wg.Wait()
	for i, err := range errs {
		switch i {
		case 3:
			refused(t, "an unknown choice", err, fault.ErrInvalid)
		case 5:
			refused(t, "somebody else's seat", err, assembly.ErrNoSeat)
		case 7:
			refused(t, "a motion of another meeting", err, assembly.ErrNoMotion)
		default:
			if err != nil {
				t.Errorf("owner %d: %v", i, err)
			}
		}
	}
	w.counts(m, &assembly.Ballot{}, 9)
}

// TestWhoMayCast: nobody without a seat, nobody for a seat that is not theirs, tenants and officers never, and only inside the window.
func TestWhoMayCast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.notifyOnly(w.frozen())
	_, err := w.s.Cast(t.Context(), w.ballot(m, 0, tally.Yes))
	refused(t, "before the window", err, assembly.ErrNotOpen)
	w.clock.Advance(17 * 24 * time.Hour)
	c := w.ballot(m, 0, tally.Yes)
	for what, actor := range map[string]org.Actor{"a tenant": w.Resident(0, org.RoleTenant), "family": w.Resident(0, org.RoleFamily), "the chair": w.chair, "nobody": {}} {
		c.Actor, c.ClientRef = actor, w.once()
		if _, err := w.s.Cast(t.Context(), c); !errors.Is(err, org.ErrForbidden) && !errors.Is(err, org.ErrSignIn) && !errors.Is(err, assembly.ErrNoSeat) {
			t.Errorf("%s: %v", what, err)
		}
	}
	c.Actor, c.ClientRef = w.owners[1], w.once()
	_, err = w.s.Cast(t.Context(), c)
	refused(t, "a neighbour", err, assembly.ErrNoSeat)
	c = w.ballot(m, 0, tally.Yes)
	c.SeatNo = 99
	_, err = w.s.Cast(t.Context(), c)
	refused(t, "no such seat", err, assembly.ErrNoSeat)
	c = w.ballot(m, 0, tally.Void)
	_, err = w.s.Cast(t.Context(), c)
	refused(t, "a void choice by phone", err, fault.ErrInvalid)
}

func (w *world) notifyOnly(m *assembly.Meeting) *assembly.Meeting {
	w.t.Helper()
	m = w.notify(m)
	w.clock.Advance(-16*24*time.Hour - time.Hour)
	return m
}

// TestChangeOfMind: once by the frozen rule; both versions are kept, the last counts, and the log says which.
func TestChangeOfMind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	first := w.cast(m, 0, tally.No)
	second := w.cast(m, 0, tally.Yes)
	if !second.Replaces || first.Replaces {
		t.Errorf("replaces: %v, %v", first.Replaces, second.Replaces)
	}
	_, err := w.s.Cast(t.Context(), w.ballot(m, 0, tally.No))
	refused(t, "a third time", err, assembly.ErrAlreadyCast)
	w.cast(m, 1, tally.Yes)
	papers, _, err := w.s.OwnSeats(t.Context(), w.owners[0], m.ID)
	if err != nil || len(papers) != 1 || len(papers[0].Cast) != 2 || papers[0].Cast[0].Counts != "superseded" || papers[0].Cast[1].Counts != "counted" {
		t.Errorf("own seats: %v, %+v", err, papers)
	}
	w.closed(m)
	st := w.certified(m)
	if c := st.Tally.Motions[0]; c.Superseded != 1 || c.Result.Items[0].Yes.Heads != 2 || c.Result.Items[0].No.Heads != 0 {
		t.Errorf("counted %+v", c)
	}
	var marks []assembly.Mark
	w.tx(func(tx *store.Tx) error { return tx.Where("meeting_id = ?", m.ID).Order("leaf").Find(&marks).Error })
	if len(marks) != 2 || marks[0].State != "superseded" || marks[0].Reason != "changed" || marks[1].ClosedAt == nil || marks[1].Leaf != st.LogSize-1 {
		t.Errorf("marks %+v", marks)
	}
}

// TestASharedSeat: one owner votes for all after saying that they agree; another may object, and unless that is settled the seat takes
// no part but stays in the whole.
func TestASharedSeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	other := w.join(0)
	m := w.open()
	c := w.ballot(m, 0, tally.Yes)
	_, err := w.s.Cast(t.Context(), c)
	refused(t, "without the others", err, assembly.ErrAgree)
	c.Agreed = true
	r, err := w.s.Cast(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	w.cast(m, 1, tally.Yes)
	w.cast(m, 2, tally.Yes)
	p := assembly.Protest{Receipt: r.Code, Grounds: "我不同意这样投", ClientRef: w.once(), InputHash: "h"}
	_, err = w.s.Protest(t.Context(), w.owners[1], m.ID, p)
	refused(t, "a neighbour objects to a ballot that is not theirs", err, assembly.ErrNoSeat)
	o, err := w.s.Protest(t.Context(), other, m.ID, p)
	if err != nil {
		t.Fatal(err)
	}
	w.closed(m)
	if _, err := w.s.Publish(t.Context(), w.chair, m.ID); err != nil {
		t.Fatal(err)
	}
	got := w.view(m).Result.Tally.Motions[0].Result
	if got.Scope.Heads != 3 || got.Returned.Heads != 2 || got.Outcome != tally.Pass {
		t.Errorf("with the seat aside %+v", got)
	}
	w.clock.Advance(8 * 24 * time.Hour)
	_, err = w.s.Certify(t.Context(), w.fresh, m.ID)
	refused(t, "certified over an open objection", err, assembly.ErrState)
	w.answer(w.community, m, o, false, "经核对，其他共有人书面同意")
	_, err = w.s.Certify(t.Context(), w.fresh, m.ID)
	refused(t, "certified before the owners could object to the new result", err, assembly.ErrState)
	w.clock.Advance(8 * 24 * time.Hour)
	if _, err := w.s.Certify(t.Context(), w.fresh, m.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.view(m).Result.Tally.Motions[0].Result; got.Returned.Heads != 3 {
		t.Errorf("with the seat back %+v", got)
	}
}

// TestTheDocket: an objection against the result names ballots; upheld, they count no more, the answer keeps the count with and
// without them, and a new provisional result says what changed.
func TestTheDocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	r := w.cast(m, 0, tally.Yes)
	w.cast(m, 1, tally.Yes)
	w.cast(m, 2, tally.No)
	p := assembly.Protest{Grounds: "不是本人投的", Disputed: []string{r.Code}, ClientRef: w.once(), InputHash: "h"}
	_, err := w.s.Protest(t.Context(), w.owners[2], m.ID, p)
	refused(t, "before the result", err, assembly.ErrState)
	w.closed(m)
	if _, err := w.s.Publish(t.Context(), w.chair, m.ID); err != nil {
		t.Fatal(err)
	}
	o, err := w.s.Protest(t.Context(), w.owners[2], m.ID, p)
	if err != nil {
		t.Fatal(err)
	}
	o = w.answer(w.community, m, o, true, "经核对，确非本人所投")
	if o.State != "upheld" || o.Effect == "" {
		t.Errorf("docket %+v", o)
	}
	v := w.view(m)
	if got := v.Result.Tally.Motions[0].Result; got.Returned.Heads != 2 || v.Outcome.Kind != "provisional" {
		t.Errorf("after it was upheld %+v", got)
	}
	w.clock.Advance(8 * 24 * time.Hour)
	_, err = w.s.Certify(t.Context(), w.chair, m.ID)
	refused(t, "certified by who published", err, assembly.ErrSamePerson)
	_, err = w.s.Protest(t.Context(), w.owners[1], m.ID, assembly.Protest{Grounds: "太晚提出的异议", ClientRef: w.once()})
	refused(t, "after the period", err, assembly.ErrState)
}

// TestNothingIsDecidedWithoutItsRule: what the law leaves open and nobody has supplied is named, and the step does not take place.
func TestNothingIsDecidedWithoutItsRule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.frozen()
	opens := w.clock.Now().AddDate(0, 0, 16)
	notify := func(win assembly.Window) error {
		_, err := w.s.Notify(t.Context(), w.chair, m.ID, m.Version, win)
		return err
	}
	refused(t, "before a second person has confirmed the matter", notify(assembly.Window{Opens: opens, Closes: opens.AddDate(0, 0, 10)}), assembly.ErrUnconfirmed)
	_, err := w.s.ConfirmMatter(t.Context(), w.chair, m.ID, 1, m.Version)
	refused(t, "confirmed by the writer", err, assembly.ErrSamePerson)
	_, err = w.s.ConfirmMatter(t.Context(), w.member, m.ID, 1, m.Version+1)
	refused(t, "confirmed unread", err, assembly.ErrStale)
	if _, err := w.s.ConfirmMatter(t.Context(), w.member, m.ID, 1, m.Version); err != nil {
		t.Fatal(err)
	}
	refused(t, "14 days before", notify(assembly.Window{Opens: opens.AddDate(0, 0, -2), Closes: opens.AddDate(0, 0, 10)}), assembly.ErrTooSoon)
	refused(t, "a window of two days", notify(assembly.Window{Opens: opens, Closes: opens.AddDate(0, 0, 2)}), assembly.ErrWindow)
	w.tx(func(tx *store.Tx) error {
		return tx.Where("name = 'meeting.objection_days'").Delete(&org.LocalValue{}).Error
	})
	var f *fault.Fault
	if err := notify(assembly.Window{Opens: opens, Closes: opens.AddDate(0, 0, 10)}); !errors.As(err, &f) || f.Code != "rule.unset" || f.Fields[0].Path != "meeting.objection_days" {
		t.Errorf("without the days for objections: %v", err)
	}
}

// TestTheRollIsFrozen: after its challenges are answered and what is doubtful was looked at; then no row moves.
func TestTheRollIsFrozen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Unit{}).Where("id = ?", w.Units[3].ID).Update("sold", false).Error
	})
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.OwnerSet{}).Where("id = ?", w.sets[1].ID).Update("review", org.PaperMissing).Error
	})
	m := w.call()
	_, err := w.s.Freeze(t.Context(), w.chair, m.ID, nil)
	refused(t, "frozen before it was posted", err, assembly.ErrState)
	if m, err = w.s.Post(t.Context(), w.chair, m.ID, w.clock.Now().AddDate(0, 0, 7)); err != nil {
		t.Fatal(err)
	}
	n, err := w.s.Contest(t.Context(), w.owners[0], m.ID, assembly.Challenge{UnitID: w.Units[0].ID, Text: "我家面积写少了", ClientRef: w.once()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.s.Contest(t.Context(), w.owners[0], m.ID, assembly.Challenge{UnitID: w.Units[1].ID, Text: "邻居家面积不对", ClientRef: w.once()})
	refused(t, "a challenge of somebody else's home", err, fault.ErrInvalid)
	_, err = w.s.Freeze(t.Context(), w.chair, m.ID, nil)
	refused(t, "frozen while challenges are heard", err, assembly.ErrState)
	w.clock.Advance(8 * 24 * time.Hour)
	_, err = w.s.Freeze(t.Context(), w.chair, m.ID, nil)
	refused(t, "frozen over a challenge", err, assembly.ErrChallenged)
	w.clock.Advance(-2 * 24 * time.Hour)
	if err := w.s.AnswerChallenge(t.Context(), w.community, m.ID, n.ID, false, "登记簿为88.50平方米"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * 24 * time.Hour)
	_, err = w.s.Freeze(t.Context(), w.chair, m.ID, nil)
	refused(t, "frozen with doubts", err, assembly.ErrUnreviewed)
	m = w.freeze(m)
	if m.Seats != 4 || m.RollRoot == "" || m.AreaMilli != w.Units[0].AreaMilli+w.Units[1].AreaMilli+w.Units[2].AreaMilli+w.Units[3].AreaMilli {
		t.Errorf("frozen %d seats, %d, root %s", m.Seats, m.AreaMilli, m.RollRoot)
	}
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Unit{}).Where("id = ?", w.Units[0].ID).Update("area_milli", 1).Error
	})
	if v := w.view(m); v.AreaMilli != m.AreaMilli || v.RollRoot != m.RollRoot {
		t.Error("the roll moved with the register")
	}
}

// TestHeadsAreOwnerSets: several homes of one owner are one head with their area added; the developer's unsold homes are one head.
func TestHeadsAreOwnerSets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.tx(func(tx *store.Tx) error {
		for i, number := range []string{"901", "902", "903", "904", "P1"} {
			u := org.Unit{EstateID: w.Estate.ID, BuildingID: w.Building.ID, Entrance: "2", Number: number, AreaMilli: 50_000, AreaSource: org.FromRegister, UseKind: "residential", Sold: i < 2, Delivered: i < 2, CreatedAt: tx.Now, UpdatedAt: tx.Now}
			if number == "P1" {
				u.UseKind, u.Sold, u.Delivered = "parking", true, true
			}
			if err := tx.Create(&u).Error; err != nil {
				return err
			}
			w.Units = append(w.Units, u)
		}
		return nil
	})
	w.own(3, 4)
	m := w.frozen()
	r, err := w.s.ShowRoster(t.Context(), w.owners[0], m.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	areas := map[int]int64{}
	for _, row := range r.Rows {
		areas[len(row.Units)] += int64(row.Area)
	}
	if r.Seats != 5 || areas[2] != 200_000 {
		t.Errorf("%d seats, %v", r.Seats, areas)
	}
	if len(r.Doubts) != 0 {
		t.Error("owners are shown what a person looks at")
	}
}

// TestOutages: where voting was not possible for longer than the frozen share of the window, the close moves by as long, once.
func TestOutages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.local("meeting.outage_rate", "500")
	m := w.open()
	tick := func() {
		t.Helper()
		if _, err := w.s.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tick()
	was := *w.view(m).ClosesAt
	w.clock.Advance(11 * time.Hour)
	tick()
	if v := w.view(m); !v.ClosesAt.Equal(was) {
		t.Errorf("eleven hours of ten days moved the close to %s", v.ClosesAt)
	}
	w.clock.Advance(14 * time.Hour)
	tick()
	if v := w.view(m); !v.ClosesAt.Equal(was.AddDate(0, 0, 2)) || v.OutageDays != 2 {
		t.Errorf("after 26 hours the close is %s, was %s", v.ClosesAt, was)
	}
	w.clock.Advance(20 * 24 * time.Hour)
	tick()
	if v := w.view(m); v.State != assembly.Closed {
		t.Errorf("still %s", v.State)
	}
}

// TestTheTrailNamesNoChoice: who voted is in the trail, what they chose is not, and the chain holds.
func TestTheTrailNamesNoChoice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	w.cast(m, 0, tally.Abstain)
	var entries []audit.Entry
	w.tx(func(tx *store.Tx) error {
		return tx.Where("verb = 'assembly.cast' AND estate_id = ?", w.Estate.ID).Find(&entries).Error
	})
	if len(entries) != 1 || entries[0].PersonID != w.owners[0].PersonID {
		t.Fatalf("trail %+v", entries)
	}
	for _, word := range []string{tally.Abstain, tally.Yes} {
		if strings.Contains(entries[0].Detail, word) {
			t.Errorf("the trail says %s: %s", word, entries[0].Detail)
		}
	}
}

// TestCountedAgainstCastsInFlight: owners cast while the window closes and the result is counted and certified. Whoever got a receipt is
// counted, whoever was refused is not, and nothing is left outside the log.
func TestCountedAgainstCastsInFlight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	m := w.open()
	casts := make([]assembly.Cast, 40)
	for i := range casts {
		casts[i] = w.ballot(m, i, tally.Yes)
	}
	ends := w.view(m).ClosesAt.Sub(w.clock.Now())
	var wg sync.WaitGroup
	errs := make([]error, len(casts))
	for i, c := range casts {
		wg.Go(func() { _, errs[i] = w.s.Cast(t.Context(), c) })
		if i == 20 {
			w.clock.Advance(ends)
			wg.Go(func() {
				if _, err := w.s.Tick(t.Context()); err != nil {
					t.Error(err)
				}
				if _, err := w.s.Publish(t.Context(), w.chair, m.ID); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	taken := int64(0)
	for _, err := range errs {
		if err == nil {
			taken++
		} else {
			refused(t, "a cast after the close", err, assembly.ErrClosed)
		}
	}
	got := w.view(m).Result
	if got.Tally.Motions[0].Result.Returned.Heads != taken || got.LogSize != taken+1 {
		t.Errorf("%d receipts, %d counted, %d entries in the log", taken, got.Tally.Motions[0].Result.Returned.Heads, got.LogSize)
	}
	w.verify(m)
}
