package assembly_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

var errNotSent = fault.New(fault.Invalid, "test.not_sent", "没有提交")

// sent are the items of a committee that it has sent to the assembly, with their estates.
type sent map[int64]int64

func (s sent) Take(_ *store.Tx, estate, item int64) error {
	if s[item] != estate {
		return errNotSent
	}
	return nil
}

// TestAMotionTakesUpAnItem: one motion of the meetings that stand has an item of the committee; a revision keeps it unless it says otherwise, and
// a cancelled meeting gives it back.
func TestAMotionTakesUpAnItem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	ctx := t.Context()
	w.options.Items = sent{5: w.Estate.ID, 6: w.Estate.ID, 8: w.Estate.ID + 1}
	w.s = assembly.New(w.options)
	with := func(title string, item int64) assembly.Proposal {
		p := motionOf(title, "manager")
		p.ItemID = &item
		return p
	}
	call := func(list ...assembly.Proposal) (*assembly.Meeting, error) {
		return w.s.Convene(ctx, w.chair, assembly.Call{EstateID: w.Estate.ID, Session: assembly.Extraordinary, Title: "临时会议", Convener: assembly.ByCommittee, Basis: assembly.OwnMotion, Channel: assembly.OnSystem,
			ClientRef: w.once(), InputHash: "h", Motions: list})
	}
	holds := func(want map[int64]int64) {
		t.Helper()
		err := w.DB.View(ctx, func(tx *store.Tx) error {
			rows, err := assembly.TakenUp(tx, []int64{5, 6, 8})
			for _, x := range rows {
				if want[x.ItemID] != x.MeetingID || x.Position == 0 || x.Number == "" {
					t.Errorf("item %d is in %+v", x.ItemID, x)
				}
			}
			if len(rows) != len(want) {
				t.Errorf("taken up: %+v", rows)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, item := range []int64{7, 8} {
		if _, err := call(with("选聘物业服务企业", item)); !errors.Is(err, errNotSent) || fault.Of(err).Fields[0].Path != "motions[0].committee_item_id" {
			t.Errorf("item %d: %v", item, err)
		}
	}
	if _, err := call(with("选聘物业服务企业", 5), with("选聘物业服务企业二", 5)); !errors.Is(err, assembly.ErrItemTaken) {
		t.Errorf("by two motions: %v", err)
	}
	m, err := call(with("选聘物业服务企业", 5), with("停车收费", 6))
	if err != nil {
		t.Fatal(err)
	}
	holds(map[int64]int64{5: m.ID, 6: m.ID})
	if _, err := call(with("再选聘物业服务企业", 5)); !errors.Is(err, assembly.ErrItemTaken) || !strings.Contains(fault.Of(err).Message, m.Number) {
		t.Errorf("by another meeting: %v", err)
	}
	revise := func(list ...assembly.Proposal) {
		t.Helper()
		if m, err = w.s.Revise(ctx, w.chair, m.ID, m.Version, m.Title, list); err != nil {
			t.Fatal(err)
		}
	}
	revise(motionOf("停车收费", "other"), motionOf("选聘物业服务企业", "manager"))
	holds(map[int64]int64{5: m.ID, 6: m.ID})
	revise(with("选聘新的物业服务企业", 5), with("停车收费", 0)) // the first under another title: a new motion
	holds(map[int64]int64{5: m.ID})
	if q := w.view(m).Motions; q[0].ItemID != 5 || q[1].ItemID != 0 {
		t.Errorf("%+v", q)
	}
	if _, err := w.s.Cancel(ctx, w.chair, m.ID, "改期再开会议"); err != nil {
		t.Fatal(err)
	}
	holds(nil)
	if m, err = call(with("选聘物业服务企业", 5)); err != nil {
		t.Fatal(err)
	}
	holds(map[int64]int64{5: m.ID})
}
