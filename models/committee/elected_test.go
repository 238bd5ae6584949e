package committee_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// elects is a certified election of five with accounts, and one alternate whom the roster knows by phone.
func (w *world) elects() committee.ElectionResult {
	in := committee.ElectionResult{MeetingID: 70_000 + w.Estate.ID, EstateID: w.Estate.ID, Number: "H20260301-0007", CertifiedAt: w.DB.Now(), Size: 5, TermYears: 3, TermStart: "certified"}
	for i, p := range w.people {
		in.Members = append(in.Members, committee.NewMember{PersonID: p.PersonID, Name: "委员" + string(rune('一'+i)), Role: committee.Ordinary})
	}
	in.Members = append(in.Members, committee.NewMember{Name: "候补人", Phone: "13800000009", Role: committee.Alternate})
	return in
}

func (w *world) take(in committee.ElectionResult) {
	w.t.Helper()
	if err := w.TakeElection(w.t.Context(), in); err != nil {
		w.t.Fatal(err)
	}
}

// TestACertifiedElectionSeatsItself: with everything in the frozen rules and the register the term begins by the meeting's number; however often,
// and from however many sides it is told, there is one.
func TestACertifiedElectionSeatsItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.elects()
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if err := w.TakeElection(t.Context(), in); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	w.take(in)
	v := w.overview()
	day := org.DayOf(in.CertifiedAt).AddDate(0, 0, 1)
	if v.Term == nil || v.Term.Basis != in.Number || !v.Term.StartsOn.Equal(day) || !v.Term.EndsOn.Equal(day.AddDate(3, 0, -1)) || v.Term.Ordinal != 1 {
		t.Fatalf("the term is %+v", v.Term)
	}
	if v.Sitting != 5 || len(v.Members) != 6 || v.Members[0].PersonID != w.people[0].PersonID || v.Members[5].Role != committee.Alternate || len(v.Elected) != 0 {
		t.Errorf("%d sit, %+v, waiting %+v", v.Sitting, v.Members, v.Elected)
	}
	if w.told("seated") != 1 || w.told("elected") != 0 {
		t.Errorf("told %d, %d", w.told("seated"), w.told("elected"))
	}
	var held int64
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&committee.Elected{}).Where("estate_id = ? AND people_sealed <> ''", w.Estate.ID).Count(&held).Error
	})
	if held != 0 {
		t.Error("names and phones are kept twice")
	}
}

func (w *world) tx(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.DB.InTx(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

// TestWhatAnElectionLeavesOpenWaitsForTheTownship: the rules do not say when a term begins and how long it is, and somebody cannot be reached:
// nothing is invented, the township is asked and confirms once, and what the rules do say it does not change.
func TestWhatAnElectionLeavesOpenWaitsForTheTownship(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.elects()
	in.TermYears, in.TermStart = 0, ""
	in.Members[5].Phone = ""
	w.take(in)
	w.take(in)
	v := w.overview()
	if v.Term != nil || len(v.Elected) != 1 || strings.Join(v.Elected[0].Asks, "；") != "新一届从哪一天开始；每届几年；候补人的手机号" || v.Elected[0].Reached[5] || !v.Elected[0].Reached[0] || w.told("elected") != 1 {
		t.Fatalf("waiting %+v, term %+v", v.Elected, v.Term)
	}
	w.tx(func(tx *store.Tx) error { return w.Erase(tx, w.people[4].PersonID) })
	if v = w.overview(); v.Elected[0].Reached[4] || !v.Elected[0].Reached[3] {
		t.Errorf("after the fifth asked to be erased %v", v.Elected[0].Reached)
	}
	id := v.Elected[0].ID
	start := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	full := committee.Completion{StartsOn: start, EndsOn: start.AddDate(4, 0, -1), Phones: map[int]string{5: "13800000005", 6: "13800000009"}}
	for name, c := range map[string]committee.Completion{"no first day": {EndsOn: full.EndsOn, Phones: full.Phones}, "no last day": {StartsOn: start, Phones: full.Phones}, "nobody's phone": {StartsOn: start, EndsOn: full.EndsOn},
		"too long a term": {StartsOn: start, EndsOn: start.AddDate(6, 0, 0), Phones: full.Phones}} {
		if _, err := w.ConfirmElection(t.Context(), w.township, id, c); fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, who := range map[string]org.Actor{"the community": w.community, "the committee": w.people[0]} {
		if _, err := w.ConfirmElection(t.Context(), who, id, full); !errors.Is(err, org.ErrForbidden) {
			t.Errorf("confirmed by %s: %v", name, err)
		}
	}
	if _, err := w.ConfirmElection(t.Context(), w.township, id, full); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ConfirmElection(t.Context(), w.township, id, full); !errors.Is(err, committee.ErrState) {
		t.Errorf("confirmed twice: %v", err)
	}
	v = w.overview()
	if v.Term == nil || v.Term.Basis != in.Number || !v.Term.StartsOn.Equal(start) || v.Sitting != 5 || len(v.Elected) != 0 {
		t.Errorf("%+v %d %+v", v.Term, v.Sitting, v.Elected)
	}
}

// TestARuleOfTheTermIsNotChanged: the day and the years that the frozen rules give hold, whatever the township writes.
func TestARuleOfTheTermIsNotChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.elects()
	in.Members[5].Phone = ""
	w.take(in)
	v := w.overview()
	other := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := w.ConfirmElection(t.Context(), w.township, v.Elected[0].ID, committee.Completion{StartsOn: other, EndsOn: other.AddDate(1, 0, 0), Phones: map[int]string{6: "13800000009", 1: "13800000008"}}); err != nil {
		t.Fatal(err)
	}
	if v = w.overview(); !v.Term.StartsOn.Equal(org.DayOf(in.CertifiedAt).AddDate(0, 0, 1)) || v.Members[0].PhoneIndex != "" {
		t.Errorf("the township changed %+v, %+v", v.Term, v.Members[0])
	}
}

// TestTheNextTermAfterTheLast: where the rules say so, a term begins on the day after the one before; a refusal of the seating itself waits for a
// person instead of being tried for ever.
func TestTheNextTermAfterTheLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.elects()
	in.TermStart = "previous_end"
	w.take(in)
	if v := w.overview(); v.Term != nil || len(v.Elected) != 1 || v.Elected[0].Asks[0] != "新一届从哪一天开始" {
		t.Fatalf("without a term before %+v", v.Elected)
	}
	w.seat()
	before := w.overview().Term
	end := before.EndsOn
	in.MeetingID, in.Number = in.MeetingID+100_000, "H20310101-0001"
	w.take(in)
	if v := w.overview(); v.Term.ID != before.ID || v.Sitting != 5 || len(v.Elected) != 2 || len(v.Elected[0].Asks) != 0 || w.told("elected") != 1 {
		t.Fatalf("a renewal three years before the end: %+v, %d sit, waiting %+v", v.Term, v.Sitting, v.Elected)
	}
	if _, err := w.Call(t.Context(), w.people[0], w.agenda()); err != nil {
		t.Errorf("the committee that sits calls no meeting any more: %v", err)
	}
	if _, err := w.Seat(t.Context(), w.township, w.seating(w.people, end.AddDate(0, 0, 1).Format(time.DateOnly))); !errors.Is(err, committee.ErrTermAhead) {
		t.Errorf("entered by hand before its first day: %v", err)
	}
	w.clock.Advance(startOf(end).Sub(w.DB.Now()) + 23*time.Hour + 59*time.Minute)
	w.tick()
	if v := w.overview(); v.Term.ID != before.ID {
		t.Fatalf("seated on the last day of the term before")
	}
	w.clock.Advance(2 * time.Minute)
	w.tick()
	if v := w.overview(); !v.Term.StartsOn.Equal(end.AddDate(0, 0, 1)) || v.Term.Ordinal != 2 {
		t.Errorf("the second term %+v", v.Term)
	}
	in.MeetingID, in.Number, in.TermStart = in.MeetingID+100_000, "H20310101-0002", "certified"
	w.take(in)
	if v := w.overview(); v.Term.Ordinal != 2 || len(v.Elected) != 2 || v.Elected[0].Asks[0] != fault.Of(committee.ErrTerm).Message {
		t.Errorf("a term before the running one %+v, waiting %+v", v.Term, v.Elected)
	}
}

// TestAByElection: members who stay, stay; those elected to the free places join the running term, never more than there are places.
func TestAByElection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	v := w.overview()
	if _, err := w.Dismiss(t.Context(), w.township, w.Estate.ID, []int64{v.Members[1].ID, v.Members[2].ID, v.Members[3].ID}, committee.Leaving{Cause: committee.Resigned, Text: "集体辞职"}); err != nil {
		t.Fatal(err)
	}
	term := v.Term.ID // three left, the two alternates moved up: four sit
	in := w.elects()
	in.Sitting, in.Members = 4, []committee.NewMember{{PersonID: w.owner.PersonID, Name: "补选人", Role: committee.Ordinary}}
	w.take(in)
	v = w.overview()
	if v.Term.ID != term || v.Sitting != 5 || len(v.Elected) != 0 {
		t.Fatalf("term %+v, %d sit, waiting %+v", v.Term, v.Sitting, v.Elected)
	}
	in.MeetingID, in.Members = in.MeetingID+100_000, []committee.NewMember{{Name: "多出的人", Phone: "13800000007", Role: committee.Ordinary}}
	w.take(in)
	if v = w.overview(); v.Sitting != 5 || len(v.Elected) != 1 || !strings.Contains(v.Elected[0].Asks[0], "超过了名额") {
		t.Errorf("a sixth of five: %d sit, waiting %+v", v.Sitting, v.Elected)
	}
}

// TestACourtRevokesTheElection: the judgment stands beside the term that it began; what still waits is not seated any more.
func TestACourtRevokesTheElection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.elects()
	w.take(in)
	waits := in
	waits.MeetingID, waits.Number, waits.TermStart = in.MeetingID+100_000, "H20260301-0008", ""
	w.take(waits)
	id := w.overview().Elected[0].ID
	for _, x := range []committee.ElectionResult{in, waits} {
		if err := w.RevokeElection(t.Context(), x.MeetingID, x.EstateID, x.Number, w.DB.Now(), "都匀市人民法院（2026）黔2701民初1号判决"); err != nil {
			t.Fatal(err)
		}
	}
	v := w.overview()
	if v.Term == nil || v.Term.RevokedAt == nil || !strings.Contains(v.Term.RevokedFor, "黔2701") || len(v.Elected) != 1 || v.Elected[0].ID == id || v.Sitting != 0 {
		t.Errorf("%+v waiting %+v", v.Term, v.Elected)
	}
	start := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	if _, err := w.ConfirmElection(t.Context(), w.township, id, committee.Completion{StartsOn: start, EndsOn: start.AddDate(1, 0, 0)}); !errors.Is(err, committee.ErrState) {
		t.Errorf("seated after it was revoked: %v", err)
	}
}

// startOf is when a day begins in Shanghai.
func startOf(day time.Time) time.Time { return day.Add(-8 * time.Hour) }

// TestAnAlternateIsElected: whoever stood by, known by the phone alone, and is elected to a free place sits once; whoever sits already is not
// elected again.
func TestAnAlternateIsElected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.elects()
	in.Members = append(in.Members[:4:4], in.Members[5])
	w.take(in)
	known := w.overview().Members[4].PhoneIndex
	w.tx(func(tx *store.Tx) error { // who signs in by now
		return tx.Model(&org.Person{}).Where("id = ?", w.owner.PersonID).Update("phone_index", known).Error
	})
	by := in
	by.Sitting = 4
	for i, person := range []int64{w.people[0].PersonID, w.owner.PersonID} {
		by.MeetingID, by.Members = by.MeetingID+100_000, []committee.NewMember{{PersonID: person, Name: "补选人", Role: committee.Ordinary}}
		w.take(by)
		if v := w.overview(); v.Sitting != int64(4+i) || len(v.Members) != 5 || len(v.Elected) != 1 || !strings.Contains(v.Elected[0].Asks[0], "补选人已经在本届的名单上") {
			t.Errorf("after %d: %d sit of %+v, waiting %+v", i, v.Sitting, v.Members, v.Elected)
		}
	}
}

// TestARevokedElectionSuspends: those who came by the election that a court revoked, and only they, do nothing for the committee and hold no post of
// it until the township decides that they go, or act again.
func TestARevokedElectionSuspends(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.elects()
	in.Members = append(in.Members[:4:4], in.Members[5])
	w.take(in)
	by := in
	by.MeetingID, by.Number, by.Sitting, by.Members = in.MeetingID+100_000, "H20260401-0001", 4, in.Members[:0:0]
	by.Members = append(by.Members, committee.NewMember{PersonID: w.people[4].PersonID, Name: "补选人", Role: committee.Ordinary})
	w.take(by)
	revoke := func(in committee.ElectionResult) {
		t.Helper()
		for range 2 { // told twice
			if err := w.RevokeElection(t.Context(), in.MeetingID, in.EstateID, in.Number, w.DB.Now(), "都匀市人民法院（2026）黔2701民初2号判决"); err != nil {
				t.Fatal(err)
			}
		}
	}
	held := func(who org.Actor) (n int64) {
		w.tx(func(tx *store.Tx) error {
			return tx.Model(&org.PostHolder{}).Where("person_id = ? AND holding IS NOT NULL", who.PersonID).Count(&n).Error
		})
		return n
	}
	revoke(by)
	v := w.overview()
	if v.Sitting != 4 || len(v.Elected) != 1 || v.Elected[0].State != committee.ElectedRevoked || v.Elected[0].Names[0] != "补选人" || w.told("voided") != 1 || v.Term.RevokedAt != nil {
		t.Fatalf("%d sit, to decide %+v", v.Sitting, v.Elected)
	}
	if _, err := w.Call(t.Context(), w.people[4], w.agenda()); !errors.Is(err, committee.ErrNotMember) || held(w.people[4]) != 0 || held(w.people[1]) != 1 {
		t.Errorf("whose election was revoked calls a meeting: %v", err)
	}
	if _, err := w.Call(t.Context(), w.people[1], w.agenda()); err != nil {
		t.Errorf("whose election stands: %v", err)
	}
	id := v.Elected[0].ID
	if _, err := w.EndElection(t.Context(), w.community, id, true, "二审改判，选举有效"); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the community decides: %v", err)
	}
	if _, err := w.EndElection(t.Context(), w.township, id, true, "二审改判，选举有效"); err != nil {
		t.Fatal(err)
	}
	revoke(by) // told once more
	if v = w.overview(); v.Sitting != 5 || len(v.Elected) != 0 {
		t.Errorf("after the second judgment %d sit, %+v", v.Sitting, v.Elected)
	}
	revoke(in)
	v = w.overview()
	if v.Sitting != 1 || v.Term.RevokedAt == nil || held(w.people[0]) != 0 || len(v.Elected) != 1 {
		t.Fatalf("the whole election: %d sit, %+v", v.Sitting, v.Elected)
	}
	if _, err := w.EndElection(t.Context(), w.township, v.Elected[0].ID, false, "按判决重新选举"); err != nil {
		t.Fatal(err)
	}
	if v = w.overview(); v.Sitting != 1 || !v.Short || w.told("below_half") != 1 || v.Members[0].PersonID != w.people[4].PersonID || v.Members[1].Cause != committee.Revoked || v.Members[1].LeftAt == nil {
		t.Errorf("after they went %d sit, %+v", v.Sitting, v.Members)
	}
	if _, err := w.EndElection(t.Context(), w.township, id, false, "按判决重新选举"); !errors.Is(err, committee.ErrState) {
		t.Errorf("decided again: %v", err)
	}
}

// TestAnElectionEndsWithoutSeats: fewer than half are elected, which no step can seat: the township ends it with the reason, and no name is kept.
func TestAnElectionEndsWithoutSeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.elects()
	in.Members = in.Members[:2]
	w.take(in)
	v := w.overview()
	if len(v.Elected) != 1 || v.Term != nil {
		t.Fatalf("two of five %+v", v.Elected)
	}
	id := v.Elected[0].ID
	if _, err := w.EndElection(t.Context(), w.township, id, false, "无"); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := w.EndElection(t.Context(), w.township, id, true, "当选的不到一半"); !errors.Is(err, committee.ErrState) {
		t.Errorf("kept what is not seated: %v", err)
	}
	if _, err := w.EndElection(t.Context(), w.township, id, false, "当选的不到一半，重新选举"); err != nil {
		t.Fatal(err)
	}
	var e committee.Elected
	w.tx(func(tx *store.Tx) error { return tx.Where("id = ?", id).Take(&e).Error })
	if e.State != committee.ElectedClosed || e.PeopleSealed != "" || e.Reason != "当选的不到一半，重新选举" || len(w.overview().Elected) != 0 {
		t.Errorf("after the end %+v", e)
	}
	if _, err := w.ConfirmElection(t.Context(), w.township, id, committee.Completion{}); !errors.Is(err, committee.ErrState) {
		t.Errorf("seated after all: %v", err)
	}
	w.take(in)
	if len(w.overview().Elected) != 0 {
		t.Error("told again, it waits again")
	}
}
