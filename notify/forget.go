package notify

import (
	"math/rand/v2"
	"slices"

	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/inbox"
)

// forgetBatch is how many messages one statement names.
const forgetBatch = 500

// Forget takes out of everything that was told of some complaints to whom it went: persons in the messages, the deliveries to
// them and what stands in their inboxes. What offices were told stays.
func (d *Dispatcher) Forget(tx *store.Tx, cases []int64) error {
	messages, err := outbox.Forget(tx, cases)
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(messages, forgetBatch) {
		digests, err := digestsOf(tx, batch)
		if err != nil {
			return err
		}
		if err := d.giveBack(tx, append(digests, batch...)); err != nil {
			return err
		}
		// A digest has the words of its newest message.
		if err := tx.Where("message_id IN ?", digests).Delete(&Delivery{}).Error; err != nil {
			return err
		}
		if err := tx.Where("message_id IN ? AND recipient_kind = 'person'", batch).Delete(&inbox.Item{}).Error; err != nil {
			return err
		}
		if err := tx.Where("message_id IN ? AND recipient_kind = 'person'", batch).Delete(&Delivery{}).Error; err != nil {
			return err
		}
	}
	return nil
}

// Erase takes a person out of everything that was sent: what went to them goes, and what went to a post that they held then stays
// with the office, without them.
func Erase(tx *store.Tx, person int64) error {
	if err := tx.Where("person_id = ? AND recipient_kind = 'person'", person).Delete(&Delivery{}).Error; err != nil {
		return err
	}
	// One number for each, for a post may have had the same message with several who have been erased since.
	return tx.Model(&Delivery{}).Where("person_id = ?", person).Update("person_id", Erased+rand.Int64N(Erased/2)).Error
}

// Erased is from where the numbers begin that stand for people who were erased. No person comes to have one.
const Erased = int64(1) << 52

// giveBack returns the consents of what was still to go to people. What is in the air gives its own back when it returns unsent.
func (d *Dispatcher) giveBack(tx *store.Tx, messages []int64) error {
	var ids []int64
	err := tx.Model(&Delivery{}).Where("message_id IN ? AND recipient_kind = 'person' AND state = ?", messages, Waiting).Pluck("id", &ids).Error
	if err != nil {
		return err
	}
	for part := range slices.Chunk(ids, forgetBatch) {
		rows, flying, err := grounded(tx, part, []State{Waiting})
		if err != nil {
			return err
		}
		if err := d.handBack(tx, slices.DeleteFunc(rows, func(r Delivery) bool { return flying[r.ID] })); err != nil {
			return err
		}
	}
	return nil
}
