package committee_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
)

// TestMinutesAndPublication: the community's opinion stands in its own words, who attended confirms, a changed text is
// confirmed anew, and the decision is posted once.
func TestMinutesAndPublication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	id, items := w.open()
	if _, err := w.Opine(t.Context(), w.people[0], id, true, "代替社区", ""); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the committee speaks for the community: %v", err)
	}
	if _, err := w.Opine(t.Context(), w.community, id, true, "张干事", "建议先找物业协商"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Minute(t.Context(), w.people[1], id, "会议记录写得太早了一点"); !errors.Is(err, committee.ErrState) {
		t.Errorf("minutes before the count: %v", err)
	}
	if _, err := w.Cast(t.Context(), w.people[0], id, []committee.Ballot{{ItemID: items[0], Choice: "yes", Interest: "本人住在东门边"}}); err != nil {
		t.Fatal(err)
	}
	w.vote(id, items[0], "", "yes", "yes")
	w.clock.Advance(49 * time.Hour)
	w.tick()
	if _, err := w.Publish(t.Context(), w.community, items[0]); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the community publishes: %v", err)
	}
	if _, err := w.Confirm(t.Context(), w.people[0], id, 1, ""); !errors.Is(err, committee.ErrNoMinutes) {
		t.Errorf("confirms nothing: %v", err)
	}
	if _, err := w.Minute(t.Context(), w.people[1], id, "到会三人，讨论了门禁维修，表决通过。"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Confirm(t.Context(), w.people[4], id, 1, ""); !errors.Is(err, committee.ErrAbsent) {
		t.Errorf("who was not there confirms: %v", err)
	}
	if _, err := w.Confirm(t.Context(), w.people[0], id, 1, "没有记我的发言"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Minute(t.Context(), w.people[1], id, "到会三人，讨论了门禁维修，主任发言，表决通过。"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Confirm(t.Context(), w.people[0], id, 1, ""); !errors.Is(err, committee.ErrState) {
		t.Errorf("confirms what was changed: %v", err)
	}
	if _, err := w.Opine(t.Context(), w.community, id, false, "", "改口"); !errors.Is(err, committee.ErrState) {
		t.Errorf("the opinion changes under the minutes: %v", err)
	}
	for _, want := range []error{nil, committee.ErrPublished} {
		if _, err := w.Publish(t.Context(), w.people[0], items[0]); !errors.Is(err, want) {
			t.Errorf("publish: %v, want %v", err, want)
		}
	}
	said := w.board.posted[len(w.board.posted)-1].Body
	for _, want := range []string{"全体委员5人，到会3人；同意3人", "1人申报了利害关系", "YD2026", "第15条"} {
		if !strings.Contains(said, want) {
			t.Errorf("the board does not say %s: %s", want, said)
		}
	}
	if w.duty(committee.OweDisclose) != nil {
		t.Error("it is still owed")
	}
	list, err := w.ListDecisions(t.Context(), w.owner, w.Estate.ID, 0, 10)
	if err != nil || len(list) != 1 || len(list[0].Votes) != 3 || !list[0].Tally.TurnsOnInterest() || list[0].LateDays != 0 {
		t.Errorf("owners read %+v, %v", list, err)
	}
}

// TestAfterTheTerm: whether an old committee may still decide is nobody's guess.
func TestAfterTheTerm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	w.clock.Advance(5 * 365 * 24 * time.Hour)
	if _, err := w.Call(t.Context(), w.people[0], w.agenda()); !errors.Is(err, rulepack.ErrUnset) {
		t.Errorf("called: %v", err)
	}
}
