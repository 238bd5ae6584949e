package campaign

import (
	"strings"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
)

// inDoubt are the reviews of an owner set during which its phone is not used: somebody still has to say whose it is.
var inDoubt = []org.Review{org.PhoneShared, org.PhoneChanged}

// Phones finds the numbers that an estate's roster has for people: an owner without an account (minus the owner's id), and a
// person who has none of their own.
func (s *Service) Phones(tx *store.Tx, estate int64, people []int64) (map[int64]string, error) {
	persons, owners := split(people)
	var rows []struct {
		ID, PersonID int64
		PhoneSealed  string
	}
	err := inRoster(tx, estate).Select("owners.id, owners.person_id, owners.phone_sealed").Where("owners.id IN ? OR (owners.person_id <> 0 AND owners.person_id IN ?)", owners, persons).Order("owners.id").Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	phones := map[int64]string{}
	for _, o := range rows {
		phone, err := s.o.Vault.Open(o.PhoneSealed, "owners.phone")
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(phone) == "" {
			continue
		}
		phones[-o.ID] = phone // who has made an account meanwhile is still reached as who was asked for
		if o.PersonID != 0 {
			phones[o.PersonID] = phone
		}
	}
	return phones, nil
}

// Links gives owners without an account the token of their seat's letter, by which what a short message tells them is confirmed.
func (s *Service) Links(tx *store.Tx, message int64, people []int64) (map[int64]string, error) {
	var rows []struct {
		PersonID   int64
		SlipSealed string
	}
	err := tx.Table("campaign_runs").Select("p.person_id, r.slip_sealed").Joins("JOIN reach_people p ON p.campaign_id = campaign_runs.campaign_id AND p.person_id IN ?", people).
		Joins("JOIN reaches r ON r.id = p.reach_id").Where("campaign_runs.message_id = ? AND r.slip_sealed <> ''", message).Order("p.id DESC").Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	tokens := make(map[int64]string, len(rows))
	for _, r := range rows {
		if tokens[r.PersonID], err = s.o.Vault.Open(r.SlipSealed, slipBound); err != nil {
			return nil, err
		}
	}
	return tokens, nil
}

// mostBound is how many campaigns an owner finds in the inbox who makes an account after they went out.
const mostBound = 20

// Recognised ties a person to the seats whose owner they turn out to be: what went to the owner by phone or on paper lies in their
// inbox from now on, and they can confirm it. The register calls it in the transaction of the recognition; it is harmless to repeat.
func (s *Service) Recognised(tx *store.Tx, owner, person int64) error {
	var held []Addressee
	err := tx.Joins("JOIN campaigns c ON c.id = reach_people.campaign_id AND c.state IN ?", out).Where("reach_people.person_id = ?", -owner).Order("reach_people.campaign_id DESC").Limit(mostBound).Find(&held).Error
	if err != nil || len(held) == 0 {
		return err
	}
	for _, h := range held {
		bound := Addressee{CampaignID: h.CampaignID, ReachID: h.ReachID, PersonID: person, OwnerID: owner}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&bound).Error; err != nil {
			return err
		}
		var texts []notify.Text
		err := tx.Joins("JOIN campaign_runs u ON u.message_id = message_texts.message_id").Where("u.campaign_id = ? AND u.message_id <> 0", h.CampaignID).Order("message_texts.message_id DESC").Limit(1).Find(&texts).Error
		if err != nil {
			return err
		}
		for _, t := range texts {
			var r Reach
			if err := tx.Select("id", "estate_id").Where("id = ?", h.ReachID).Take(&r).Error; err != nil {
				return err
			}
			item := inbox.Item{MessageID: t.MessageID, TextID: t.ID, RecipientKind: "person", RecipientID: person, EstateID: r.EstateID, CreatedAt: tx.Now}
			if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&item).Error; err != nil {
				return err
			}
		}
	}
	return nil
}
