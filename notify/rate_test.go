package notify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
)

// TestRatesOfTheLastHour: the bureau sees what each channel sent and failed to send, of the last hour only, and what is over is not
// kept.
func TestRatesOfTheLastHour(t *testing.T) {
	w := newWorld(t)
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	for i := range 3 {
		w.Resident(i, org.RoleOwner)
	}
	d := w.dispatcher()
	failing := 2
	w.phones.err = func() error {
		if failing--; failing >= 0 {
			return errors.New("not this time")
		}
		return nil
	}
	w.tell(w.notice(1))
	w.drain(d)
	w.tell(w.notice(2)) // within the same minute
	w.drain(d)
	w.clock.Advance(time.Minute)
	w.drain(d)
	rates := func() []notify.Rate {
		t.Helper()
		s, err := d.FindStatus(t.Context(), bureau)
		if err != nil {
			t.Fatal(err)
		}
		return s.Rates
	}
	if got := rates(); len(got) != 1 || got[0] != (notify.Rate{Channel: plan.Mini, Sent: 6, Failed: 2}) {
		t.Errorf("%+v", got)
	}
	if got := notify.PerMinute(90); got != 1.5 {
		t.Errorf("90 an hour are %v a minute", got)
	}
	w.clock.Advance(time.Hour + time.Minute)
	if got := rates(); len(got) != 0 {
		t.Errorf("an hour later: %+v", got)
	}
	w.clock.Advance(2 * time.Hour)
	if err := notify.PurgeUsages(t.Context(), w.DB); err != nil {
		t.Fatal(err)
	}
	var left int64
	if err := w.DB.View(t.Context(), count(&left)); err != nil || left != 0 {
		t.Errorf("%d rows are kept, %v", left, err)
	}
}

func count(n *int64) func(*store.Tx) error {
	return func(tx *store.Tx) error { return tx.Model(&notify.Usage{}).Count(n).Error }
}
