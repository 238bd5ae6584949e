package assembly

import (
	"sync"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// agenda is what a noticed meeting has fixed: its terms, motions and questions. It never changes after the notice, so a process reads
// it once. Lots are drawn after the close, when nobody casts any more.
type agenda struct {
	terms     Terms
	motions   []Motion
	questions map[int64]tally.Question // by motion, with the lots that were drawn since
	lots      map[int64]*log.Lot
	estate    string // its name
}

// agendas keeps the agendas of the meetings that are being voted on.
type agendas struct {
	mu   sync.Mutex
	kept map[int64]*agenda
}

// maxAgendas bounds the memory; a city has a few meetings at a time.
const maxAgendas = 256

func (k *agendas) of(tx *store.Tx, m *Meeting) (*agenda, error) {
	k.mu.Lock()
	a := k.kept[m.ID]
	k.mu.Unlock()
	if a != nil {
		return a, nil
	}
	a, err := readAgenda(tx, m)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= maxAgendas {
		k.kept = map[int64]*agenda{}
	}
	k.kept[m.ID] = a
	return a, nil
}

func readAgenda(tx *store.Tx, m *Meeting) (*agenda, error) {
	a := &agenda{questions: map[int64]tally.Question{}, lots: map[int64]*log.Lot{}}
	var err error
	if a.terms, err = m.terms(); err != nil {
		return nil, err
	}
	if err := tx.Where("meeting_id = ?", m.ID).Order("position").Find(&a.motions).Error; err != nil {
		return nil, err
	}
	for i := range a.motions {
		if a.questions[a.motions[i].ID], err = a.motions[i].question(); err != nil {
			return nil, err
		}
	}
	if m.ClosedAt != nil {
		if err := a.draw(tx); err != nil {
			return nil, err
		}
	}
	names, err := org.EstateNames(tx, []int64{m.EstateID})
	a.estate = names[m.EstateID]
	return a, err
}
