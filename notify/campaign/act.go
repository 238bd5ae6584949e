package campaign

import (
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
)

// Subject is what a campaign is about.
type Subject struct {
	Kind string
	ID   int64
}

// Act records that a person has done what messages about a subject ask for: voted, paid, registered. Reminders leave out their
// seats, and what is still to be sent to them about it is given up. Domains call it in the transaction of the deed; it is
// harmless to repeat.
func (s *Service) Act(tx *store.Tx, subject Subject, person int64) error {
	return s.act(tx, Deed{SubjectKind: subject.Kind, SubjectID: subject.ID, PersonID: person})
}

// ActSeats is Act for owner sets, where the deed was done for a seat: a vote, on paper, by an agent.
func (s *Service) ActSeats(tx *store.Tx, subject Subject, ownerSets []int64) error {
	deeds := make([]Deed, len(ownerSets))
	for i, set := range ownerSets {
		deeds[i] = Deed{SubjectKind: subject.Kind, SubjectID: subject.ID, OwnerSetID: set}
	}
	return s.act(tx, deeds...)
}

// act records what was done, all of it about one subject and all by people or all by owner sets.
func (s *Service) act(tx *store.Tx, deeds ...Deed) error {
	if len(deeds) == 0 {
		return nil
	}
	d := deeds[0]
	people, sets := make([]int64, len(deeds)), make([]int64, len(deeds))
	for i := range deeds {
		deeds[i].At, people[i], sets[i] = tx.Now, deeds[i].PersonID, deeds[i].OwnerSetID
	}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&deeds, 900).Error; err != nil {
		return err
	}
	var campaigns []int64
	err := tx.Model(&Campaign{}).Where("subject_kind = ? AND subject_id = ? AND state IN ?", d.SubjectKind, d.SubjectID, out).Limit(100).Pluck("id", &campaigns).Error
	if err != nil || len(campaigns) == 0 {
		return err
	}
	var reaches []int64
	if d.PersonID != 0 {
		err = tx.Model(&Addressee{}).Where("campaign_id IN ? AND person_id IN ?", campaigns, people).Limit(100_000).Pluck("reach_id", &reaches).Error
	} else {
		err = tx.Model(&Reach{}).Where("campaign_id IN ? AND seat IN ?", campaigns, sets).Limit(100_000).Pluck("id", &reaches).Error
	}
	if err != nil || len(reaches) == 0 {
		return err
	}
	if err := tx.Model(&Reach{}).Where("id IN ? AND acted_at IS NULL", reaches).Update("acted_at", tx.Now).Error; err != nil {
		return err
	}
	return s.excuse(tx, reaches)
}

// excuse gives up what is still to be sent to people all of whose seats have acted. A notice whose service has to be proven is
// served on them all the same; only what comes after it is spared them.
func (s *Service) excuse(tx *store.Tx, reaches []int64) error {
	var rows []struct {
		PersonID  int64
		MessageID int64
	}
	err := tx.Table("reach_people").Select("reach_people.person_id, u.message_id").Joins("JOIN campaign_runs u ON u.campaign_id = reach_people.campaign_id AND u.message_id <> 0").
		Joins("JOIN campaigns c ON c.id = u.campaign_id").
		Where("reach_people.reach_id IN ? AND (u.kind <> ? OR c.needs_proof = ?)", reaches, FirstRun, false).
		Where("NOT EXISTS (SELECT 1 FROM reach_people q JOIN reaches r ON r.id = q.reach_id AND r.acted_at IS NULL WHERE q.campaign_id = reach_people.campaign_id AND q.person_id = reach_people.person_id)").
		Limit(10_000).Scan(&rows).Error
	if err != nil {
		return err
	}
	by := map[int64][]int64{}
	for _, r := range rows {
		by[r.MessageID] = append(by[r.MessageID], r.PersonID)
	}
	for message, people := range by {
		if err := s.giveUp(tx, message, people); err != nil {
			return err
		}
	}
	return nil
}

// giveUp gives up what of a message is still to be sent to some people.
func (s *Service) giveUp(tx *store.Tx, message int64, people []int64) error {
	persons, owners := split(people)
	for kind, ids := range map[string][]int64{"person": persons, "owner": owners} {
		var still []int64
		err := tx.Model(&notify.Delivery{}).Where("message_id = ? AND recipient_kind = ? AND recipient_id IN ? AND state IN ?", message, kind, ids, unsent).Pluck("id", &still).Error
		if err == nil && len(still) > 0 {
			err = s.carrier.GiveUp(tx, still)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
