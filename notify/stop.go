package notify

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

// The states in which a campaign keeps deliveries from being sent. One that is in the air meanwhile still becomes Sent.
const (
	Paused    State = "paused" // it holds no consent: a long pause must not keep one from a vote's deadline
	Cancelled State = "cancelled"
)

// errUnwanted is why a message that was held back does not go out after all.
const errUnwanted = "switched off by the person"

// onItsWay are the states of a delivery that goes on by the next channel where this one fails. The last one waits there too.
var onItsWay = []State{Waiting, Unknown, Paused}

// Hold keeps deliveries back that have not gone out. They give their consents back, and take them anew when they are released.
func (d *Dispatcher) Hold(tx *store.Tx, ids []int64) error {
	return d.stop(tx, ids, []State{Waiting, Digest}, Paused)
}

// GiveUp cancels deliveries that are not to go out any more, or not again, and gives the consents back that were not used.
func (d *Dispatcher) GiveUp(tx *store.Tx, ids []int64) error {
	return d.stop(tx, ids, []State{Waiting, Digest, Paused, Unknown}, Cancelled)
}

// stop takes deliveries out of their way. What is in the air goes its way and is known as sent; it keeps its consent until it
// comes back.
func (d *Dispatcher) stop(tx *store.Tx, ids []int64, from []State, to State) error {
	rows, flying, err := grounded(tx, ids, from)
	if err != nil || len(rows) == 0 {
		return err
	}
	if err := tx.Model(&Delivery{}).Where("id IN ? AND state IN ?", ids, from).Update("state", to).Error; err != nil {
		return err
	}
	return d.handBack(tx, slices.DeleteFunc(rows, func(r Delivery) bool { return r.State != Waiting || flying[r.ID] }))
}

// grounded locks the lanes of deliveries, and gives those of them that are in some states since then and what is in the air.
func grounded(tx *store.Tx, ids []int64, in []State) (rows []Delivery, flying map[int64]bool, err error) {
	if err := tx.Where("id IN ? AND state IN ?", ids, in).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	if flying, err = still(tx, rows); err != nil {
		return nil, nil, err
	}
	rows = nil
	return rows, flying, tx.ForUpdate().Where("id IN ? AND state IN ?", ids, in).Order("id").Find(&rows).Error
}

// Release lets deliveries go that were held, each at its time, as their people want them by now. They need a consent again.
func (d *Dispatcher) Release(tx *store.Tx, ids []int64, due func(i int) time.Time) error {
	rows, flying, err := grounded(tx, ids, []State{Paused})
	if err != nil || len(rows) == 0 {
		return err
	}
	kinds, err := kindsOf(tx, rows)
	if err != nil {
		return err
	}
	byKind := map[string][]Delivery{}
	for i, r := range rows {
		r.State, r.DueAt = Waiting, due(i)
		byKind[kinds[r.TextID]] = append(byKind[kinds[r.TextID]], r)
	}
	wanted := map[int64]bool{}
	var free, aloft []Delivery
	for kind, list := range byKind {
		if list, err = d.night.suit(tx, kind, list, false); err != nil {
			return err
		}
		for _, r := range list {
			wanted[r.ID] = true
			if flying[r.ID] { // it has kept its consent, and is settled when it comes back
				r.State = Waiting
				aloft = append(aloft, r)
				continue
			}
			free = append(free, r)
		}
	}
	for _, r := range rows {
		if !wanted[r.ID] {
			r.State, r.LastError = Cancelled, errUnwanted
			aloft = append(aloft, r)
		}
	}
	return d.restart(tx, free, aloft)
}

// restart puts deliveries that are written already back on their way: the first need a consent where their channel does, and go on
// by the next channel without; the others become what they say.
func (d *Dispatcher) restart(tx *store.Tx, rows, others []Delivery) error {
	rows, err := d.reserve(tx, rows)
	if err != nil {
		return err
	}
	var next []Delivery
	byState := map[State][]Delivery{}
	for _, r := range append(rows, others...) {
		if r.ID == 0 {
			next = append(next, r)
			continue
		}
		byState[r.State] = append(byState[r.State], r)
	}
	for state, list := range byState {
		for part := range slices.Chunk(list, handoverBatch) {
			if err := d.rewrite(tx, part, state); err != nil {
				return err
			}
		}
	}
	tx.Committed(tx.Wake)
	return d.put(tx, next)
}

// rewrite writes the state and the time of deliveries, and why they stop where they do.
func (d *Dispatcher) rewrite(tx *store.Tx, rows []Delivery, state State) error {
	ids := make([]int64, len(rows))
	due := "CASE id"
	var vars []any
	for i, r := range rows {
		ids[i] = r.ID
		due += " WHEN ? THEN ?"
		vars = append(vars, r.ID, r.DueAt)
		if err := d.register(tx, laneName{r.Channel, r.Priority, r.Lane}); err != nil {
			return err
		}
	}
	set := map[string]any{"state": state, "due_at": gorm.Expr(due+" ELSE due_at END", vars...)}
	if state == Unreachable || state == Cancelled {
		set["last_error"] = rows[0].LastError
	}
	return tx.Model(&Delivery{}).Where("id IN ?", ids).Updates(set).Error
}

// heldBack tells how deliveries that come back unsent stand: Waiting or Unknown, unless somebody paused, cancelled or moved them
// while they were in the air, or forgot them (""). What is not in it was settled by who took over from this sender.
func heldBack(tx *store.Tx, done []outcome) (map[int64]State, error) {
	all := make([]Delivery, len(done))
	var ids []int64
	for i := range done {
		all[i] = done[i].Delivery
		if done[i].settled != Sent {
			ids = append(ids, done[i].ID)
		}
	}
	flying, err := still(tx, all)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []Delivery
	if err := tx.ForUpdate().Select("id", "state", "recipient_id", "person_id").Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	now, whose := make(map[int64]State, len(rows)), make(map[int64]Delivery, len(rows))
	for _, r := range rows {
		now[r.ID], whose[r.ID] = r.State, r
	}
	for i := range done { // who was erased meanwhile must not come back with the next channel
		if r, ok := whose[done[i].ID]; ok {
			done[i].RecipientID, done[i].PersonID = r.RecipientID, r.PersonID
		}
	}
	kept := make(map[int64]State, len(ids))
	for _, id := range ids {
		if s := now[id]; flying[id] || s == Waiting || s == Unknown {
			kept[id] = s
		}
	}
	return kept, nil
}
