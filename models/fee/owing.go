package fee

import (
	"slices"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Owing says which of some units an organisation has reminded, and how far it has asked them: those that still owe today, and whose bills
// nothing pauses. Who asks must run the estate's fees; nobody for a look of the system's own. Faults: org.ErrForbidden, rulepack.ErrUnset.
func (s *Service) Owing(tx *store.Tx, by *org.Actor, company, estate int64, units []int64) (map[int64]string, error) {
	if by != nil {
		if _, err := org.EstateFor(tx, *by, org.RunFees, estate); err != nil {
			return nil, err
		}
	}
	days, err := s.days(tx, estate, remindDays)
	if err != nil {
		return nil, err
	}
	f, err := s.factsOf(tx, estate, company, units)
	if err != nil {
		return nil, err
	}
	owing := map[int64]string{}
	for _, u := range units {
		bills, _ := f.asked(u, days)
		if !slices.ContainsFunc(bills, func(b Bill) bool { return !f.reminded[b.ID].IsZero() }) {
			continue
		}
		owing[u] = string(Reminder)
		if f.last[u][Demand] != nil {
			owing[u] = string(Demand)
		}
	}
	return owing, nil
}
