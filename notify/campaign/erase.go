package campaign

import (
	"math/rand/v2"
	"slices"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
)

// eraseBatch is how many campaigns one statement names.
const eraseBatch = 500

// Erase puts a number in the place of a person that is nobody's, so that what was sent to a seat, when it was read and the hash of a
// sealed record stay what they were: they are the other owners' evidence as well, and say no more of who. What was written down at
// their doors goes, and so does what they did elsewhere. It comes before the inbox and the deliveries are erased.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	var own []Addressee
	if err := tx.Where("person_id = ?", person).Find(&own).Error; err != nil {
		return err
	}
	anonymous := notify.Erased + rand.Int64N(notify.Erased/2)
	var reaches, campaigns []int64
	for _, a := range own {
		reaches, campaigns = append(reaches, a.ReachID), append(campaigns, a.CampaignID)
	}
	slices.Sort(campaigns)
	for batch := range slices.Chunk(slices.Compact(campaigns), eraseBatch) {
		if err := rename(tx, batch, person, anonymous); err != nil {
			return err
		}
	}
	for batch := range slices.Chunk(reaches, eraseBatch) {
		if err := tx.Model(&Call{}).Where("reach_id IN ?", batch).Updates(map[string]any{"place": "", "note": "", "void_reason": ""}).Error; err != nil {
			return err
		}
	}
	if err := tx.Model(&Addressee{}).Where("person_id = ?", person).Update("person_id", anonymous).Error; err != nil {
		return err
	}
	if err := tx.Model(&Reach{}).Where("confirmed_by = ?", person).Update("confirmed_by", 0).Error; err != nil {
		return err
	}
	return tx.Where("person_id = ?", person).Delete(&Deed{}).Error
}

// rename puts a number in the place of a person in what some campaigns sent.
func rename(tx *store.Tx, campaigns []int64, person, anonymous int64) error {
	var messages []int64
	if err := tx.Model(&Run{}).Where("campaign_id IN ? AND message_id <> 0", campaigns).Pluck("message_id", &messages).Error; err != nil || len(messages) == 0 {
		return err
	}
	err := tx.Model(&notify.Delivery{}).Where("person_id = ? AND recipient_kind = 'person' AND message_id IN ?", person, messages).
		Updates(map[string]any{"person_id": anonymous, "recipient_id": anonymous}).Error
	if err != nil {
		return err
	}
	return tx.Model(&inbox.Item{}).Where("recipient_kind = 'person' AND recipient_id = ? AND message_id IN ?", person, messages).Update("recipient_id", anonymous).Error
}
