package consent

import (
	"maps"
	"slices"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Left tells who has a consent that a message of the priority could take: whom Reserve would grant one now. It takes and locks
// nothing, for forecasts.
func (s *Service) Left(tx *store.Tx, name string, p event.Priority, persons []int64) (map[int64]bool, error) {
	left := map[int64]bool{}
	t := s.named(name)
	if t == nil {
		return left, nil
	}
	floor, ok := floors[p]
	if !ok {
		floor = floors[event.Bulk]
	}
	for batch := range slices.Chunk(persons, mostPersons) {
		accounts, err := org.OpenIDs(tx, org.MiniProgram, batch)
		if err != nil {
			return nil, err
		}
		if len(accounts) == 0 {
			continue
		}
		var rows []Subscription
		if err := tx.Where("open_id IN ? AND template = ?", slices.Collect(maps.Values(accounts)), t.name).Find(&rows).Error; err != nil {
			return nil, err
		}
		by := make(map[string]*Subscription, len(rows))
		for i := range rows {
			by[rows[i].OpenID] = &rows[i]
		}
		for person, openID := range accounts {
			r := by[openID]
			left[person] = r != nil && !r.shut() && (r.endless(t) || r.Stock > floor)
		}
	}
	return left, nil
}
