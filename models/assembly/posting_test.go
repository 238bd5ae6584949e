package assembly_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

func (w *world) post(m *assembly.Meeting, until time.Time) *assembly.Meeting {
	w.t.Helper()
	m, err := w.s.Post(w.t.Context(), w.chair, m.ID, until)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func (w *world) setArea(i int, a area.Milli) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Unit{}).Where("id = ?", w.Units[i].ID).Updates(map[string]any{"area_milli": a, "updated_at": tx.Now}).Error
	})
}

// areas are what a page of a roster shows, by door.
func areas(r *assembly.Roster) map[string]string {
	list := map[string]string{}
	for _, x := range r.Rows {
		for _, u := range x.Units {
			list[u.Code] = u.Area.String()
		}
	}
	return list
}

// TestPostedRosterIsKept: what was posted stays as it was while the register moves; posting again is a new version beside it, and an owner
// who reads the pages can make the published hash.
func TestPostedRosterIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	ctx := t.Context()
	w.tx(func(tx *store.Tx) error { // two homes, one seat
		return tx.Model(&org.Ownership{}).Where("current_unit = ?", w.Units[3].ID).Update("owner_set_id", w.sets[0].ID).Error
	})
	m := w.call()
	_, err := w.s.ShowRoster(ctx, w.owners[0], m.ID, 0, 100)
	refused(t, "an owner before the posting", err, assembly.ErrState)
	m = w.post(m, w.clock.Now().AddDate(0, 0, 10))
	before, err := w.s.ShowRoster(ctx, w.owners[0], m.ID, 0, 100)
	if err != nil || before.Posting == nil || len(before.Rows) != 3 {
		t.Fatal(err, before)
	}
	text := "linli/roster/v1\n" + m.Number + "\n"
	for _, x := range before.Rows {
		text += fmt.Sprint(x.No)
		for _, u := range x.Units {
			text += "\t" + u.Code + "=" + u.Area.String()
		}
		text += "\n"
	}
	if sum := sha256.Sum256([]byte(text)); hex.EncodeToString(sum[:]) != before.Posting.Hash {
		t.Errorf("the published hash is not that of\n%s", text)
	}
	_, err = w.s.Post(ctx, w.chair, m.ID, w.clock.Now().AddDate(0, 0, 10))
	refused(t, "posted twice", err, assembly.ErrSamePosting)
	w.setArea(0, 70_000)
	w.clock.Advance(2 * day)
	now, err := w.s.ShowRoster(ctx, w.owners[0], m.ID, 0, 100)
	if err != nil || fmt.Sprint(areas(now)) != fmt.Sprint(areas(before)) {
		t.Errorf("the posted roster moved with the register: %v %v", err, areas(now))
	}
	m = w.post(m, w.clock.Now().AddDate(0, 0, 1))
	now, err = w.s.ShowRoster(ctx, w.owners[0], m.ID, 0, 100)
	if err != nil || now.Posting.Version != 2 || now.Posting.Hash == before.Posting.Hash || areas(now)[now.Rows[0].Units[0].Code] != "70.00" {
		t.Fatal(err, areas(now))
	}
	if m.ChallengeUntil.Before(before.Posting.EndsAt) {
		t.Errorf("owners have until %s, promised was %s", m.ChallengeUntil, before.Posting.EndsAt)
	}
	old, err := w.s.ShowPosting(ctx, w.owners[0], m.ID, 1, 0, 100)
	if err != nil || fmt.Sprint(areas(old)) != fmt.Sprint(areas(before)) {
		t.Errorf("the first version is gone: %v", err)
	}
	page, err := w.s.ShowPosting(ctx, w.owners[0], m.ID, 1, 1, 1)
	if err != nil || len(page.Rows) != 1 || page.Rows[0].No != 2 || page.Seats != 3 {
		t.Errorf("%v %+v", err, page)
	}
	list, err := w.s.ListPostings(ctx, w.owners[0], m.ID)
	if err != nil || len(list) != 2 || list[0].Version != 2 {
		t.Errorf("%v %+v", err, list)
	}
	_, err = w.s.ShowPosting(ctx, w.owners[0], m.ID, 3, 0, 100)
	refused(t, "a version that there is not", err, assembly.ErrNoPosting)
	stranger := w.Person()
	_, err = w.s.ShowPosting(ctx, stranger, m.ID, 1, 0, 100)
	if err == nil {
		t.Error("a stranger reads the roster")
	}
}

// TestPostingTakesItsDays: the roster stands for as many whole days of Shanghai as the rules ask for, whatever the convener says, and where
// nobody has said how many, nothing is posted.
func TestPostingTakesItsDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	ctx := t.Context()
	w.tx(func(tx *store.Tx) error {
		return tx.Where("name = 'meeting.roster_days'").Delete(&org.LocalValue{}).Error
	})
	m := w.call()
	_, err := w.s.Post(ctx, w.chair, m.ID, w.clock.Now().AddDate(0, 0, 10))
	var f *fault.Fault
	if !errors.As(err, &f) || f.Code != "rule.unset" || f.Fields[0].Path != "meeting.roster_days" {
		t.Fatalf("posted for a number of days that nobody has given: %v", err)
	}
	w.local("meeting.roster_days", "5")
	noon := time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)
	w.clock.Advance(noon.Sub(w.clock.Now()))
	m = w.post(m, noon.Add(time.Hour))
	if last := time.Date(2026, 3, 15, 15, 59, 59, 0, time.UTC); !m.ChallengeUntil.Equal(last) {
		t.Errorf("five days from the 10th end %s, want %s", m.ChallengeUntil, last)
	}
	w.clock.Advance(time.Date(2026, 3, 15, 15, 59, 58, 0, time.UTC).Sub(noon))
	_, err = w.s.Freeze(ctx, w.chair, m.ID, nil)
	refused(t, "frozen within the days", err, assembly.ErrState)
	n, err := w.s.Contest(ctx, w.owners[0], m.ID, assembly.Challenge{UnitID: w.Units[0].ID, Text: "我家面积写少了", ClientRef: w.once()})
	if err != nil {
		t.Fatal("no challenge in the last second: ", err)
	}
	w.clock.Advance(2 * time.Second)
	_, err = w.s.Freeze(ctx, w.chair, m.ID, nil)
	refused(t, "frozen over an open challenge", err, assembly.ErrChallenged)
	w.setArea(0, 61_000)
	m = w.post(m, w.clock.Now().Add(time.Hour)) // corrected: the days begin anew
	if err := w.s.AnswerChallenge(ctx, w.member, m.ID, n.ID, true, "已按不动产权证更正"); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.Freeze(ctx, w.chair, m.ID, nil)
	refused(t, "frozen right after a new posting", err, assembly.ErrState)
	w.clock.Advance(6 * day)
	w.freeze(m)
}

// TestRollSaysWhereItDiffers: what is frozen and was not posted so is listed by unit and area with its cause, and stays.
func TestRollSaysWhereItDiffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 8)
	ctx := t.Context()
	give := func(i int, set int64) {
		w.tx(func(tx *store.Tx) error {
			return tx.Model(&org.Ownership{}).Where("current_unit = ?", w.Units[i].ID).Update("owner_set_id", set).Error
		})
	}
	give(1, w.sets[0].ID) // two homes, one seat
	buyer := org.OwnerSet{EstateID: w.Estate.ID, Kind: "natural", Fingerprint: "buyer"}
	w.tx(func(tx *store.Tx) error {
		buyer.CreatedAt = tx.Now
		return tx.Create(&buyer).Error
	})
	m := w.post(w.call(), w.clock.Now().AddDate(0, 0, 7))
	n, err := w.s.Contest(ctx, w.owners[2], m.ID, assembly.Challenge{UnitID: w.Units[2].ID, Text: "我家面积写少了", ClientRef: w.once()})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.AnswerChallenge(ctx, w.member, m.ID, n.ID, true, "已按不动产权证更正"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(day)
	w.setArea(2, 89_125)
	w.setArea(3, 77_000)
	give(1, w.sets[4].ID) // of a seat of two homes one goes to another owner's: parted, and merged
	give(5, buyer.ID)
	w.tx(func(tx *store.Tx) error { // one home is torn down, another found
		if err := tx.Model(&org.Unit{}).Where("id = ?", w.Units[6].ID).Update("removed_at", tx.Now).Error; err != nil {
			return err
		}
		u := org.Unit{EstateID: w.Estate.ID, BuildingID: w.Building.ID, Entrance: "9", Number: "101", AreaMilli: 40_000, AreaSource: org.FromRegister, UseKind: "residential", Sold: true, Delivered: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
		return tx.Create(&u).Error
	})
	w.clock.Advance(8 * day)
	m = w.freeze(m)
	list, err := w.s.ListDiscrepancies(ctx, w.owners[3], m.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range list {
		door, _, _ := strings.Cut(d.Unit, "幢")
		got = append(got, fmt.Sprintf("%s %v %s→%s %d %s %v", d.Kind, door != "", d.BeforeMilli, d.AfterMilli, d.Number, d.Cause, d.NoteID == n.ID))
	}
	want := []string{
		"area true " + w.Units[2].AreaMilli.String() + "→89.125 1 challenge true",
		"area true " + w.Units[3].AreaMilli.String() + "→77.00 1 register false",
		"added true 0.00→40.00 1 register false",
		"removed true " + w.Units[6].AreaMilli.String() + "→0.00 1 register false",
		"merged false 0.00→0.00 1 register false", "parted false 0.00→0.00 1 register false", "owners false 0.00→0.00 1 register false",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("differences\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	v := w.view(m)
	if v.Posting == nil || v.Posting.Version != 1 || len(v.Differing) != 6 {
		t.Errorf("the meeting does not say how its roll was posted: %+v %+v", v.Posting, v.Differing)
	}
	w.setArea(4, 1_000)
	if again, err := w.s.ListDiscrepancies(ctx, w.owners[3], m.ID, 0, 100); err != nil || len(again) != len(list) {
		t.Errorf("the list moved after the freeze: %v", err)
	}
	page, err := w.s.ListDiscrepancies(ctx, w.owners[3], m.ID, list[1].ID, 2)
	if err != nil || len(page) != 2 || page[0].ID != list[2].ID {
		t.Errorf("%v %+v", err, page)
	}
}

// TestNothingDiffers: a roll that is frozen as it was posted has an empty list.
func TestNothingDiffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.frozen()
	list, err := w.s.ListDiscrepancies(t.Context(), w.owners[0], m.ID, 0, 10)
	if err != nil || len(list) != 0 {
		t.Errorf("%v %+v", err, list)
	}
}
