package notify

import (
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
