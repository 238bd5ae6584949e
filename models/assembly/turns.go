package assembly

import (
	"sync"

	"gorm.io/gorm"
)

// perTurn is how many meetings a background step looks at in one turn.
const perTurn = 200

// turns remembers where background steps stopped. A turn begins after the last row of the one before, and at the first again when it has come
// to the end: however many meetings live, and however many of them fail, each comes up. Another process that takes over begins at the first.
type turns struct {
	mu    sync.Mutex
	after map[string]int64
}

// next plucks the ids of up to most rows for a step, in the order of column, and reports whether more may follow.
func (t *turns) next(step string, q *gorm.DB, column string, most int) (ids []int64, more bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := q.Where(column+" > ?", t.after[step]).Order(column).Limit(most).Pluck(column, &ids).Error; err != nil {
		return nil, false, err
	}
	if t.after == nil {
		t.after = map[string]int64{}
	}
	t.after[step] = 0
	if more = len(ids) == most; more {
		t.after[step] = ids[most-1]
	}
	return ids, more, nil
}
