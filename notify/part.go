package notify

import (
	"context"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// walker gives the next people of a long audience after one.
type walker func(tx *store.Tx, after int64, limit int) ([]int64, error)

// residents walks the people with a living home where the event is.
func (d *Dispatcher) residents(ctx context.Context, e event.Event, at progress, give func(progress, []recipient) error) error {
	var where event.Scope
	if a, ok := e.(event.Affecting); ok {
		where, _ = a.Affects()
	}
	return d.walk(ctx, at, give, func(tx *store.Tx, after int64, limit int) ([]int64, error) {
		return org.ResidentsIn(tx, e.Estate(), where, after, limit)
	})
}

// owners walks the owners whom an event affects: those with an account, then those of the roster without one, whom letters alone
// reach. The places of the latter are negative, so that a walk goes on where it was.
func (d *Dispatcher) owners(ctx context.Context, e event.Event, at progress, give func(progress, []recipient) error) error {
	a, ok := e.(event.Affecting)
	if !ok {
		return nil
	}
	where, anybody := a.Affects()
	if !anybody {
		return nil
	}
	if at.After >= 0 {
		err := d.walk(ctx, at, give, func(tx *store.Tx, after int64, limit int) ([]int64, error) {
			return org.OwnersIn(tx, e.Estate(), where, after, limit)
		})
		if err != nil {
			return err
		}
		at.After = 0
	}
	return d.walk(ctx, at, give, func(tx *store.Tx, after int64, limit int) ([]int64, error) {
		list, err := org.StrangersIn(tx, e.Estate(), where, -after, limit)
		for i := range list {
			list[i] = -list[i]
		}
		return list, err
	})
}

// walk gives out a long audience in batches. Negative ids are owners without an account.
func (d *Dispatcher) walk(ctx context.Context, at progress, give func(progress, []recipient) error, next walker) error {
	for {
		var people []int64
		err := d.o.DB.View(ctx, func(tx *store.Tx) (err error) {
			people, err = next(tx, at.After, expandBatch)
			return err
		})
		if err != nil || len(people) == 0 {
			return err
		}
		at.After = people[len(people)-1]
		if err := give(at, recipientsOf(people)); err != nil {
			return err
		}
	}
}

func recipientsOf(people []int64) []recipient {
	batch := make([]recipient, len(people))
	for i, p := range people {
		batch[i] = recipient{kind: "person", id: p, person: p}
		if p < 0 {
			batch[i] = recipient{kind: rosterOwner, id: -p, person: p}
		}
	}
	return batch
}
