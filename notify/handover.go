package notify

import (
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// handoverBatch is how many deliveries change hands in one statement.
const handoverBatch = 500

// vacantFor is how long a message to a phone waits for somebody to come to its post, before the level above has it; the inbox keeps
// it for longer.
const vacantFor = 24 * time.Hour

// Handover moves what waits for a post to whoever holds it. It satisfies org.Staffing and runs in the transaction in which the
// register changes.
type Handover struct{ night night }

// NewHandover wires it with the quiet hours.
func NewHandover(q plan.Quiet) Handover { return Handover{night{q}} }

// Ended sends what has not gone out to the person who left to those who are there now; with nobody there it waits for the next.
func (h Handover) Ended(tx *store.Tx, post, person int64) error {
	var p org.Post
	if err := tx.Where("id = ?", post).Take(&p).Error; err != nil {
		return store.NotFound(err, org.ErrPostNotFound)
	}
	now, err := holdersAt(tx, []int64{post})
	if err != nil {
		return err
	}
	now = slices.DeleteFunc(now, func(r recipient) bool { return r.person == 0 })
	if len(now) == 0 {
		now = []recipient{{kind: "post", id: post}}
	}
	for {
		var rows []Delivery
		err := tx.Where("person_id = ? AND state IN ? AND recipient_kind = 'post' AND recipient_id = ?", person, []State{Waiting, Digest, Unknown}, post).Order("id").Limit(handoverBatch).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		if p.ClosedAt != nil {
			err = leave(tx, rows, Unreachable)
		} else if err = leave(tx, rows, Moved); err == nil {
			err = h.give(tx, rows, now)
		}
		if err != nil {
			return err
		}
	}
}

// Began gives to whoever comes to a post what waited for somebody there.
func (h Handover) Began(tx *store.Tx, post, person int64) error {
	for {
		var rows []Delivery
		err := tx.Where("state = ? AND recipient_kind = 'post' AND recipient_id = ?", Vacant, post).Order("id").Limit(handoverBatch).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		var fresh, old []Delivery
		for _, r := range rows {
			if tx.Now.Sub(r.CreatedAt) < vacantFor {
				fresh = append(fresh, r)
				continue
			}
			old = append(old, r)
		}
		if err := leave(tx, old, Unreachable); err != nil {
			return err
		}
		if err := leave(tx, fresh, Moved); err != nil {
			return err
		}
		if err := h.give(tx, fresh, []recipient{{kind: "post", id: post, person: person}}); err != nil {
			return err
		}
	}
}

// leave ends deliveries that go to nobody, or to somebody else.
func leave(tx *store.Tx, rows []Delivery, to State) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return tx.Model(&Delivery{}).Where("id IN ? AND state IN ?", ids, []State{Waiting, Digest, Unknown, Vacant}).
		Updates(map[string]any{"state": to, "last_error": "the holder of the post changed"}).Error
}

// give writes the deliveries anew for others, as they want theirs.
func (h Handover) give(tx *store.Tx, rows []Delivery, to []recipient) error {
	if len(rows) == 0 {
		return nil
	}
	kinds, err := kindsOf(tx, rows)
	if err != nil {
		return err
	}
	byKind := map[string][]Delivery{}
	var vacant []Delivery
	for _, r := range rows {
		for _, x := range to {
			next := r.via(tx, r.Channel)
			next.RecipientID, next.PersonID = x.id, x.person
			if x.person == 0 {
				next.State, next.CreatedAt = Vacant, r.CreatedAt
				vacant = append(vacant, next)
				continue
			}
			byKind[kinds[r.TextID]] = append(byKind[kinds[r.TextID]], next)
		}
	}
	all := vacant
	for kind, sends := range byKind {
		if sends, err = h.night.suit(tx, kind, sends, false); err != nil {
			return err
		}
		all = append(all, sends...)
	}
	if len(all) == 0 {
		return nil
	}
	for _, s := range all {
		if err := (laneName{s.Channel, s.Priority, s.Lane}).register(tx); err != nil {
			return err
		}
	}
	tx.Committed(tx.Wake)
	return bringBack(tx, all)
}

// bringBack writes deliveries. Who had one of them before and left takes that one up again: there is one for each person.
func bringBack(tx *store.Tx, all []Delivery) error {
	type once struct {
		message, post, person int64
		channel               plan.Channel
	}
	var messages, posts []int64
	for _, s := range all {
		messages, posts = append(messages, s.MessageID), append(posts, s.RecipientID)
	}
	var left []Delivery
	if err := tx.Where("message_id IN ? AND recipient_kind = 'post' AND recipient_id IN ? AND state = ?", messages, posts, Moved).Find(&left).Error; err != nil {
		return err
	}
	known := map[once]int64{}
	for _, r := range left {
		known[once{r.MessageID, r.RecipientID, r.PersonID, r.Channel}] = r.ID
	}
	var fresh []Delivery
	for _, s := range all {
		id := known[once{s.MessageID, s.RecipientID, s.PersonID, s.Channel}]
		if id == 0 {
			fresh = append(fresh, s)
			continue
		}
		err := tx.Model(&Delivery{}).Where("id = ? AND state = ?", id, Moved).
			Updates(map[string]any{"state": s.State, "due_at": s.DueAt, "created_at": s.CreatedAt, "attempts": 0, "last_error": "", "priority": s.Priority, "lane": s.Lane}).Error
		if err != nil {
			return err
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error
}

// kindsOf finds what deliveries are about, by their texts.
func kindsOf(tx *store.Tx, rows []Delivery) (map[int64]string, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.TextID
	}
	var texts []Text
	if err := tx.Select("id", "kind").Where("id IN ?", ids).Find(&texts).Error; err != nil {
		return nil, err
	}
	kinds := map[int64]string{}
	for _, t := range texts {
		kinds[t.ID] = t.Kind
	}
	return kinds, nil
}
