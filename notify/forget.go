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
