package joint

import (
	"context"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// tickBatch bounds how many of each kind one round of the clock looks at.
const tickBatch = 100

// waits are the rows that the clock has something to say about.
type waits struct {
	whistlesSoon, whistlesLate, unsigned, tasksSoon, tasksLate []int64
}

func (s *Service) waits(ctx context.Context) (*waits, error) {
	var l waits
	err := s.db.View(ctx, func(tx *store.Tx) error {
		find := func(ids *[]int64, model any, order, where string, args ...any) error {
			return tx.Model(model).Where(where, args...).Order(order).Limit(tickBatch).Pluck("id", ids).Error
		}
		if err := find(&l.whistlesSoon, &Whistle{}, "remind_at", "remind_at <= ? AND due_at >= ? AND state = ?", tx.Now, tx.Now, Blown); err != nil {
			return err
		}
		if err := find(&l.whistlesLate, &Whistle{}, "due_at", "state = ? AND due_at < ? AND late_at IS NULL", Blown, tx.Now); err != nil {
			return err
		}
		heads := org.Staffed(tx, org.Head, org.Chair) // who may sign
		if err := find(&l.unsigned, &Whistle{}, "id", "state = ? AND told_at IS NULL AND (sign_due < ? OR township_id NOT IN (?))", Requested, tx.Now, heads); err != nil {
			return err
		}
		if err := find(&l.tasksSoon, &Task{}, "remind_at", "remind_at <= ? AND due_at >= ? AND state = 'open'", tx.Now, tx.Now); err != nil {
			return err
		}
		return find(&l.tasksLate, &Task{}, "due_at", "state = 'open' AND due_at < ? AND reminded_at IS NULL", tx.Now)
	})
	return &l, err
}

// Tick tells of what time has brought, each once: a reminder before a whistle or a task is due, and one when it is late; a
// whistle that nobody signs, because the head's post is vacant or the term has passed. It returns how many it told of, at
// most 500.
func (s *Service) Tick(ctx context.Context) (int, error) {
	l, err := s.waits(ctx)
	if err != nil {
		return 0, err
	}
	told := 0
	for _, w := range []struct {
		ids    []int64
		model  any
		column string
		tell   func(*store.Tx, int64) error
	}{
		{l.whistlesSoon, &Whistle{}, "remind_at", s.tellWhistle("soon")}, {l.whistlesLate, &Whistle{}, "late_at", s.tellWhistle("late")}, {l.unsigned, &Whistle{}, "told_at", s.tellWhistle("unsigned")},
		{l.tasksSoon, &Task{}, "remind_at", s.tellTask("soon")}, {l.tasksLate, &Task{}, "reminded_at", s.tellTask("late")},
	} {
		for _, id := range w.ids {
			err := s.db.InTx(ctx, func(tx *store.Tx) error {
				// One of several processes takes it: a reminder by clearing its time, the others by setting theirs.
				take, value := " IS NULL", any(tx.Now)
				if w.column == "remind_at" {
					take, value = " IS NOT NULL", nil
				}
				res := tx.Model(w.model).Where("id = ? AND "+w.column+take, id).Update(w.column, value)
				if res.Error != nil || res.RowsAffected == 0 {
					return res.Error
				}
				told++
				return w.tell(tx, id)
			})
			if err != nil {
				return told, err
			}
		}
	}
	return told, nil
}

func (s *Service) tellWhistle(what string) func(*store.Tx, int64) error {
	return func(tx *store.Tx, id int64) error {
		var w Whistle
		if err := tx.Where("id = ?", id).Take(&w).Error; err != nil {
			return err
		}
		if what != "unsigned" {
			return s.note(tx, audit.System{}, &w, what, 0, "")
		}
		if w.State != Requested {
			return nil // signed meanwhile
		}
		up, err := above(tx, &w)
		if err != nil {
			return err
		}
		return s.note(tx, audit.System{}, &w, what, up, "")
	}
}

func (s *Service) tellTask(what string) func(*store.Tx, int64) error {
	return func(tx *store.Tx, id int64) error {
		var t Task
		if err := tx.Where("id = ?", id).Take(&t).Error; err != nil {
			return err
		}
		return s.noteTask(tx, audit.System{}, &t, what)
	}
}

// above is the organisation above the township that may be told of a whistle: never the body complained about, nor one that
// stands below it. It is 0 if there is none.
func above(tx *store.Tx, w *Whistle) (int64, error) {
	up, err := org.Above(tx, w.TownshipID)
	if err != nil {
		return 0, err
	}
	orgs, err := org.Organisations(tx, append([]int64{w.AboutID}, up...))
	if err != nil {
		return 0, err
	}
	about, known := orgs[w.AboutID]
	for _, id := range up {
		if o, ok := orgs[id]; ok && (!known || !complaint.Concerned(&o, &about)) {
			return id, nil
		}
	}
	return 0, nil
}
