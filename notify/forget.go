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
func Forget(tx *store.Tx, cases []int64) error {
	messages, err := outbox.Forget(tx, cases)
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(messages, forgetBatch) {
		if err := forgetDigests(tx, batch); err != nil {
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
