package committee_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// motions are items that the assembly has taken up.
type motions map[int64]committee.Taken

func (m motions) Taken(_ *store.Tx, items []int64) (map[int64]committee.Taken, error) {
	taken := map[int64]committee.Taken{}
	for _, id := range items {
		if t, ok := m[id]; ok {
			taken[id] = t
		}
	}
	return taken, nil
}

// TestWhatIsReferredWaitsForAMotion: whoever drafts motions reads what the committee sent to the assembly, by whom, when and why, the latest first,
// until a motion takes it up or it is answered; the committee reads where it stands.
func TestWhatIsReferredWaitsForAMotion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	ctx, taken := t.Context(), motions{}
	w.WithMotions(taken)
	id, err := w.Call(ctx, w.people[0], w.agenda(
		committee.NewItem{Matter: "supervise", Title: "换物管", Text: "换掉现在的物管，另请一家来管小区"},
		committee.NewItem{Matter: "supervise", Title: "修门禁", Text: "督促修复东门门禁"},
		committee.NewItem{Matter: "supervise", Title: "充电", Text: "照方案办理"}))
	if err != nil {
		t.Fatal(err)
	}
	items := w.items(id)
	for _, step := range []struct {
		who  org.Actor
		item int64
	}{{w.people[1], items[0]}, {w.community, items[2]}, {w.township, items[1]}} {
		w.clock.Advance(time.Hour)
		if _, err := w.CheckItem(ctx, step.who, step.item, false, "应由业主共同决定"); err != nil {
			t.Fatal(err)
		}
	}
	list := func(who org.Actor, want ...int64) []committee.Waiting {
		t.Helper()
		rows, err := w.ListReferred(ctx, who, w.Estate.ID, 0, 0, 10)
		var ids []int64
		for _, x := range rows {
			ids = append(ids, x.ID)
		}
		if err != nil || fmt.Sprint(ids) != fmt.Sprint(want) {
			t.Fatalf("%v waits, not %v: %v", ids, want, err)
		}
		return rows
	}
	rows := list(w.people[0], items[1], items[2], items[0])
	first := rows[2]
	if first.By != w.Committee.Name+" 委员2" || first.At == nil || !first.At.Equal(w.DB.Now().Add(-2*time.Hour)) || first.CheckText != "应由业主共同决定" || first.Meeting == "" || len(first.May) == 0 || first.May[0].Code != "manager" {
		t.Errorf("%+v", first)
	}
	if rows[1].By != w.Community.Name || rows[1].May != nil {
		t.Errorf("%+v", rows[1])
	}
	page, err := w.ListReferred(ctx, w.community, w.Estate.ID, rows[0].Sent(), rows[0].ID, 1)
	if err != nil || len(page) != 1 || page[0].ID != items[2] {
		t.Errorf("the second page is %v %v", page, err)
	}
	if _, err := w.ListReferred(ctx, w.company, w.Estate.ID, 0, 0, 10); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("to the company: %v", err)
	}
	if _, err := w.ListReferred(ctx, w.people[0], w.Estate.ID+1, 0, 0, 10); !errors.Is(err, org.ErrEstateNotFound) {
		t.Errorf("of another estate: %v", err)
	}

	taken[items[2]] = committee.Taken{MeetingID: 7, Number: "H2026-0007", Position: 2, State: "起草中"}
	list(w.community, items[1], items[0])
	if page, err := w.ListReferred(ctx, w.community, w.Estate.ID, rows[0].Sent(), rows[0].ID, 1); err != nil || len(page) != 1 || page[0].ID != items[0] {
		t.Errorf("behind what was taken up: %v %v", page, err)
	}
	if _, err := w.AnswerItem(ctx, w.community, items[2], "不再办理"); !errors.Is(err, committee.ErrTaken) || !strings.Contains(fault.Of(err).Message, "H2026-0007") {
		t.Errorf("an answer to what is in a motion: %v", err)
	}
	if _, err := w.AnswerItem(ctx, w.company, items[1], "不再办理"); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the company answers: %v", err)
	}
	if _, err := w.AnswerItem(ctx, w.township, items[1], "门禁只是维修，仍由业委会督促"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.AnswerItem(ctx, w.township, items[1], "再答复一次"); !errors.Is(err, committee.ErrAnswered) {
		t.Errorf("twice: %v", err)
	}
	list(w.community, items[0])
	v, err := w.FindMeeting(ctx, w.people[3], id)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []func(it committee.ItemView) bool{
		func(it committee.ItemView) bool { return it.Referral.Taken == nil && it.Answer == "" },
		func(it committee.ItemView) bool {
			return strings.HasPrefix(it.Answer, "门禁只是维修") && it.AnsweredAt != nil
		},
		func(it committee.ItemView) bool { return it.Referral.Taken != nil && it.Referral.Taken.MeetingID == 7 },
	} {
		if it := v.Items[i]; it.Referral == nil || !want(it) {
			t.Errorf("%s stands at %+v", it.Title, it.Referral)
		}
	}
	delete(taken, items[2]) // the meeting was cancelled
	list(w.community, items[2], items[0])
}

// TestOnlyWhatWasReferredIsTaken: a motion takes up what was sent to the assembly of its own estate.
func TestOnlyWhatWasReferredIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	id := w.called(committee.NewItem{Matter: "supervise", Title: "第一件", Text: "照方案办理"}, committee.NewItem{Matter: "supervise", Title: "第二件", Text: "照方案办理"})
	items := w.items(id)
	if _, err := w.CheckItem(t.Context(), w.community, items[0], false, "应由业主共同决定"); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		estate, item int64
		want         error
	}{
		"what was sent":           {w.Estate.ID, items[0], nil},
		"what is the committee's": {w.Estate.ID, items[1], committee.ErrNotReferred},
		"another estate's":        {w.Estate.ID + 1, items[0], committee.ErrNotReferred},
		"nothing":                 {w.Estate.ID, items[1] + 1000, committee.ErrNotReferred},
	} {
		err := w.DB.InTx(t.Context(), func(tx *store.Tx) error { return w.Take(tx, x.estate, x.item) })
		if !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
