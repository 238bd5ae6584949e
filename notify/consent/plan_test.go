package consent_test

import (
	"testing"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// TestThePlanKnowsWhoLeavesAReserve: the plan refuses rows that could eat a more pressing one's consent by what it thinks is left
// over; the ledger leaves exactly that.
func TestThePlanKnowsWhoLeavesAReserve(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range event.Priorities {
		a := w.person()
		w.earn(a, 1, notice)
		w.tx(func(tx *store.Tx) error {
			granted, err := w.s.Reserve(tx, notice, p, persons([]org.Actor{a}))
			if err == nil && granted[a.PersonID] == plan.LeavesReserve(p) {
				t.Errorf("%s takes the last consent: %v", p, granted[a.PersonID])
			}
			return err
		})
	}
}
