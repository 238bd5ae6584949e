package assembly_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// tickTo turns the clock to a moment and lets it do what it does, twice: what is told is told once.
func (w *world) tickTo(at time.Time) {
	w.t.Helper()
	w.clock.Advance(at.Sub(w.clock.Now()))
	w.prepare()
	w.prepare()
}

// tells asserts how often each message has gone out.
func (w *world) tells(when string, want map[string]int64) {
	w.t.Helper()
	for _, kind := range []string{"count_soon", "count_overdue", "docket_soon", "certify_soon", "certify_overdue", "disclose_soon", "disclose_overdue"} {
		if got := w.outbox("meeting." + kind); got != want[kind] {
			w.t.Errorf("%s: %s was told %d times, want %d", when, kind, got, want[kind])
		}
	}
}

func (w *world) overdue(who org.Actor) []assembly.Meeting {
	w.t.Helper()
	list, err := w.s.ListOverdue(w.t.Context(), who, 0, 10)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// TestTermsAfterTheClose: the convener is reminded before each term ends and the township told once after it, by the frozen rules; the step taken
// ends it. Days are those of Shanghai.
func TestTermsAfterTheClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("meeting.count_days", "5")
	w.local("meeting.certify_days", "4")
	township := w.Officer(w.Township, org.Clerk)
	m := w.open()
	w.cast(m, 0, tally.Yes)
	w.cast(m, 1, tally.Yes)
	w.cast(m, 2, tally.Yes)
	w.closed(m)
	v := w.view(m)
	want := org.DayOf(*v.ClosedAt).AddDate(0, 0, 5).Format("2006-01-02") + " 23:59:59"
	if got := v.DueAt.In(org.Shanghai).Format("2006-01-02 15:04:05"); got != want {
		t.Fatalf("the result is due %s, want %s", got, want)
	}
	w.tickTo(*v.WatchAt)
	w.tells("before the term", map[string]int64{"count_soon": 1})
	if list := w.overdue(township); len(list) != 0 {
		t.Errorf("late before its time: %+v", list)
	}
	w.tickTo(v.DueAt.Add(time.Second))
	w.tells("after the term", map[string]int64{"count_soon": 1, "count_overdue": 1})
	if list := w.overdue(township); len(list) != 1 || list[0].ID != m.ID || list[0].OverdueAt == nil {
		t.Errorf("the township sees %+v", list)
	}
	_, err := w.s.ListOverdue(t.Context(), w.chair, 0, 10)
	refused(t, "the committee lists what is late", err, org.ErrForbidden)

	w.provisional(m)
	if list := w.overdue(township); len(list) != 0 {
		t.Errorf("late after the step was taken: %+v", list)
	}
	o := w.protested(w.owners[1], m, assembly.Protest{Grounds: "公示的时间太短"})
	v = w.view(m)
	w.tickTo(*v.WatchAt)
	w.tells("while objections are heard", map[string]int64{"count_soon": 1, "count_overdue": 1, "docket_soon": 1})
	w.answer(w.community, m, o, false, "公示七日，符合规则")
	w.tickTo(*w.view(m).WatchAt)
	w.tells("after they were heard", map[string]int64{"count_soon": 1, "count_overdue": 1, "docket_soon": 1, "certify_soon": 1})
	w.tickTo(w.view(m).DueAt.Add(time.Second))
	all := map[string]int64{"count_soon": 1, "count_overdue": 1, "docket_soon": 1, "certify_soon": 1, "certify_overdue": 1}
	w.tells("uncertified", all)
	if _, err := w.s.Certify(t.Context(), w.fresh, m.ID); err != nil {
		t.Fatal(err)
	}
	w.tickTo(w.clock.Now().Add(30 * day))
	w.tells("disclosed with the certificate", all)
	if v := w.view(m); v.DueAt != nil || v.OverdueAt != nil || v.WatchAt != nil {
		t.Errorf("something is still watched: %+v", v.Meeting)
	}
}

// TestNoTermIsInvented: where no rule gives days, nobody is late; unanswered objections are told of all the same.
func TestNoTermIsInvented(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	w.cast(m, 0, tally.Yes)
	w.closed(m)
	w.tickTo(w.clock.Now().Add(60 * day))
	w.tells("without a rule", nil)
	w.provisional(m)
	w.protested(w.owners[1], m, assembly.Protest{Grounds: "公示的时间太短"})
	w.tickTo(w.clock.Now().Add(7 * day))
	w.tells("an open objection", map[string]int64{"docket_soon": 1})
	w.tickTo(w.clock.Now().Add(60 * day))
	w.tells("for ever", map[string]int64{"docket_soon": 1})
}

// TestAResultThatIsNotOnTheBoard: its publication has the law's days, whoever was to publish it.
func TestAResultThatIsNotOnTheBoard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	w.cast(m, 0, tally.Yes)
	w.closed(m)
	w.certified(m)
	v := w.view(m)
	w.tx(func(tx *store.Tx) error { // as where the board took nothing
		return tx.Model(&assembly.Meeting{}).Where("id = ?", m.ID).Updates(map[string]any{"disclosed_id": 0, "due_at": v.DiscloseBy, "watch_at": v.DiscloseBy}).Error
	})
	w.tickTo(*v.DiscloseBy)
	w.tickTo(v.DiscloseBy.Add(2 * time.Second))
	w.tells("not disclosed", map[string]int64{"disclose_soon": 1, "disclose_overdue": 1})
}
