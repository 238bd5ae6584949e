package disclosure_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// reported hangs a paper at the estate's board and reports it gone.
func (w *stage) reported(notice int64) *disclosure.Incident {
	w.t.Helper()
	ctx := w.t.Context()
	walls, _, err := w.s.Walls(ctx, w.chair, notice)
	if err != nil {
		w.t.Fatal(err)
	}
	ref := w.once()
	p, err := w.s.Hang(ctx, w.chair, walls[0].ID, disclosure.Proof{At: w.clock.Now(), Spot: "门厅左侧", FileID: w.upload(w.chair, file.Photo), ClientRef: ref, InputHash: ref})
	if err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	ref = w.once()
	x, err := w.s.Report(ctx, w.owner, p.ID, disclosure.Sighting{Sort: "removed", SeenAt: w.clock.Now(), FileID: w.upload(w.owner, file.Photo), ClientRef: ref, InputHash: ref})
	if err != nil {
		w.t.Fatal(err)
	}
	return x
}

// TestAReportIsNotLeftLying: with a rule the community looks within its days, then it is the township's, told once, with the days shown where
// the posting's end is asked for; without one it waits as before and says so.
func TestAReportIsNotLeftLying(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.local("disclosure.posting_days", "7")
	w.local("disclosure.places", "board")
	open := w.publish(w.draft())
	if x := w.reported(open.ID); x.DueOn != nil {
		t.Errorf("a day that no rule gives: %v", x.Due())
	}
	if _, err := w.through(open.ID); err == nil || !strings.Contains(err.Error(), "本地没有规定") {
		t.Errorf("it does not say that no rule is there: %v", err)
	}
	w.local("disclosure.judge_days", "3")
	n := w.publish(w.draft())
	x := w.reported(n.ID)
	if x.Due().String() != "2026-03-05" {
		t.Errorf("due on %s", x.Due())
	}
	told := func() (count int64) {
		w.tx(func(tx *store.Tx) error {
			return tx.Model(&outbox.Message{}).Where("kind = 'duty.judge_late' AND estate_id = ?", w.Estate.ID).Count(&count).Error
		})
		return count
	}
	for range 2 {
		if _, err := w.s.Tick(ctx); err != nil || told() != 0 {
			t.Errorf("late before its day: %v", err)
		}
	}
	w.clock.Advance(5 * day)
	for range 2 {
		if _, err := w.s.Tick(ctx); err != nil || told() != 1 {
			t.Errorf("told %d times, %v", told(), err)
		}
	}
	if _, err := w.through(n.ID); err == nil || !strings.Contains(err.Error(), "已逾期2天") || !strings.Contains(err.Error(), "乡镇") {
		t.Errorf("%v", err)
	}
	township := w.Officer(w.Township, "clerk")
	if err := w.s.Judge(ctx, township, x.ID, false, time.Time{}, "去看过，还在"); err != nil {
		t.Fatal(err)
	}
	if v, err := w.s.FindIncident(ctx, w.owner, x.ID); err != nil || v.Clock(v.Today) != "" || v.Late(v.Today) != 2 {
		t.Errorf("%+v %v", v, err)
	}
	w.throughIs(n.ID, "2026-03-09")
}
