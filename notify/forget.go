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
		if err := forgetDigests(tx, batch); err != nil {
			return err
		}
		if err := tx.Where("message_id IN ? AND recipient_kind = 'person'", batch).Delete(&inbox.Item{}).Error; err != nil {
			return err
		}
		if err := d.giveBack(tx, batch); err != nil {
			return err
		}
		if err := tx.Where("message_id IN ? AND recipient_kind = 'person'", batch).Delete(&Delivery{}).Error; err != nil {
			return err
		}
	}
	return nil
}

// giveBack returns the consents of what was still to go to people.
func (d *Dispatcher) giveBack(tx *store.Tx, messages []int64) error {
	for c, way := range d.o.Ways {
		if way.Consents == nil {
			continue
		}
		var rows []struct {
			PersonID int64
			Template string
		}
		err := tx.Table("deliveries").Select("deliveries.person_id, t.template").Joins("JOIN message_texts t ON t.id = deliveries.text_id").
			Where("deliveries.message_id IN ? AND deliveries.recipient_kind = 'person' AND deliveries.channel = ? AND deliveries.state = ?", messages, c, Waiting).Limit(10 * forgetBatch).Find(&rows).Error
		if err != nil {
			return err
		}
		persons := map[string][]int64{}
		for _, r := range rows {
			persons[r.Template] = append(persons[r.Template], r.PersonID)
		}
		for template, list := range persons {
			for part := range slices.Chunk(list, forgetBatch) {
				if err := way.Consents.Return(tx, template, part); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
