package consent_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/notify/consent"
)

// TestStockIsEarnedLessReservedLessVoid over any order of taps, messages, refusals and repeats. The ledger's own lines must say
// the same as the counts of the test.
func TestStockIsEarnedLessReservedLessVoid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rapid.Check(t, func(r *rapid.T) {
		a := w.person()
		taps, held, spent := 0, 0, 0 // spent: reserved, and never given back, or given back too late
		var late func()              // the other side's word for the last tap
		var last consent.Event
		secondWord := func() {
			if late != nil {
				late()
				late = nil
			}
		}
		for range rapid.IntRange(1, 20).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{"tap", "tap", "word", "repeat", "refuse in dialog", "reserve", "reserve", "return", "43101", "switch off", "wait"}).Draw(r, "step") {
			case "tap":
				secondWord()
				w.clock.Advance(6 * time.Minute) // further apart than two words for one tap
				push, report := w.popup(a, "accept", progress), w.report("accept", progress)
				first, second := func() { w.push(push) }, func() { w.tell(a, report) }
				if rapid.Bool().Draw(r, "report first") {
					first, second = second, first
				}
				first()
				late, last = second, push
				taps++
			case "word":
				secondWord()
			case "repeat":
				if late == nil && last.Name != "" {
					w.push(last)
				}
			case "refuse in dialog":
				w.push(w.popup(a, "reject", progress))
			case "reserve":
				before := w.row(a, progress)
				p := rapid.SampledFrom(event.Priorities).Draw(r, "priority")
				granted := w.reserve(progress, p, a)[a.PersonID]
				floor := 0
				if p == event.Bulk {
					floor = 1
				}
				if want := before.ClosedAt == nil && before.Stock > floor; granted != want {
					r.Fatalf("%s with %+v: granted %v", p, before, granted)
				}
				if granted {
					held++
				}
			case "return":
				if held == 0 {
					continue
				}
				held--
				if w.row(a, progress).ClosedAt != nil {
					spent++
				}
				w.giveBack(progress, a)
			case "43101":
				w.refuse(progress, a)
			case "switch off":
				off := w.popup(a, "reject", progress)
				off.Name = consent.Change
				w.push(off)
			case "wait":
				w.clock.Advance(time.Duration(rapid.IntRange(0, 10).Draw(r, "seconds")) * time.Second)
			}
			earned, void := 0, 0
			for _, e := range w.entries(a, progress) {
				switch e.Kind {
				case consent.Earn:
					earned += e.N
				case consent.Close:
					void += e.N
				}
			}
			stock := w.row(a, progress).Stock
			if stock < 0 || earned != taps || stock != earned-held-spent-void {
				r.Fatalf("%d in stock; %d taps, %d earned, %d held, %d spent, %d void", stock, taps, earned, held, spent, void)
			}
		}
	})
}
